// A driver of virtio-mmio (virtio 1.3, section 4.2; version 2 of the registers) with its extension by message-signalled interrupts, in the two layouts
// that there are: "v2" (2020), whose vectors are mapped by commands or fixed, and Dragonball's. Needs bench.h and interrupts.h.

#define TRANSPORTS 0x0a000000ul
#define TRANSPORT_COUNT 32
#define TRANSPORT_LENGTH 0x200
#define FIRST_WIRE 48          // INTID of the first transport's wire.
#define FIRST_DEVICE 0x10000   // Who the first transport is to the translation service.

#define QUEUE_SIZE 8
#define QUEUES 2
#define NEXT 1
#define WRITABLE 2

#define NOTIFICATION_FEATURE (1ul << 39)
#define MESSAGES_FEATURE (1ul << 40)
#define VERSION_1_FEATURE (1ul << 32)

enum device_id { BLOCK = 2, ENTROPY = 4 };

enum status { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8, NEEDS_RESET = 64, FAILED = 128 };

enum layout { WIRE, MAPPED, FIXED, DRAGONBALL };

// Of MsiCmd.
enum message_command { ENABLE = 1, DISABLE, CONFIGURE, MASK, UNMASK, MAP_CONFIGURATION, MAP_QUEUE };
#define NO_VECTOR 0xffffffffu

struct descriptor {
    u64 address;
    u32 length;
    u16 flags, next;
};

struct ring {
    struct descriptor descriptors[QUEUE_SIZE];
    u16 available_flags, available_index, available[QUEUE_SIZE], used_event;
    u16 padding[5];
    u16 used_flags, used_index;
    struct { u32 id, length; } used[QUEUE_SIZE];
};

struct device {
    u64 base;
    u32 slot;
    u32 index;      // Among the devices that the guest drives.
    u32 queues;
    enum layout layout;
    u64 features;   // Those that it offers.
    u64 doorbells;  // Of the first queue.
    u32 doorbell_distance;
    volatile struct ring *rings[QUEUES];
};

#define TRANSPORT(device, offset) REGISTER((device)->base + (offset))

// Finds the first device of a kind, which stands in the last transport of that kind as on QEMU.
static int find_device(struct device *device, enum device_id kind, u32 index)
{
    for (u32 slot = TRANSPORT_COUNT; slot-- > 0;) {
        u64 base = TRANSPORTS + slot * TRANSPORT_LENGTH;
        if (REGISTER(base) == 0x74726976 && REGISTER(base + 4) == 2 && REGISTER(base + 8) == kind) {
            *device = (struct device){ .base = base, .slot = slot, .index = index };
            for (u32 queue = 0; queue < QUEUES; queue++)
                device->rings[queue] = (volatile struct ring *)allocate(sizeof(struct ring), 4096);
            enable_spi(FIRST_WIRE + slot);
            return 1;
        }
    }
    return 0;
}

static inline void select_vector(struct device *device, u32 vector) { TRANSPORT(device, 0x0d0) = vector; }

static void message_command(struct device *device, enum message_command command, u32 vector)
{
    if (device->layout == DRAGONBALL) {
        if (command == ENABLE || command == DISABLE)
            *(volatile u16 *)(device->base + 0x0c0) = command == ENABLE ? 0x8000 : 0;
        else
            *(volatile u16 *)(device->base + 0x0c2) = (u16)((command - CONFIGURE + 1) << 12 | vector);
        return;
    }
    select_vector(device, vector);
    TRANSPORT(device, 0x0c8) = command;
}

static void configure_vector(struct device *device, u32 vector, u32 event)
{
    struct message message = message_of(device->index, event);
    u32 first = device->layout == DRAGONBALL ? 0x0c4 : 0x0d4;
    TRANSPORT(device, first) = (u32)message.address;
    TRANSPORT(device, first + 4) = (u32)(message.address >> 32);
    TRANSPORT(device, first + 8) = message.data;
    message_command(device, CONFIGURE, vector);
}

static void map_queue(struct device *device, u32 queue, u32 vector)
{
    TRANSPORT(device, 0x030) = queue; // QueueSel
    message_command(device, MAP_QUEUE, vector);
}

static void set_status(struct device *device, u32 status)
{
    TRANSPORT(device, 0x070) = status == 0 ? 0 : TRANSPORT(device, 0x070) | status;
    while (status == 0 && TRANSPORT(device, 0x070) != 0)
        ;
}

// Resets the device and agrees on features. Returns the layout of messages that it has.
static enum layout negotiate(struct device *device)
{
    set_status(device, 0);
    set_status(device, ACKNOWLEDGE);
    set_status(device, DRIVER);
    TRANSPORT(device, 0x014) = 1; // DeviceFeaturesSel
    device->features = (u64)TRANSPORT(device, 0x010) << 32;
    TRANSPORT(device, 0x014) = 0;
    device->features |= TRANSPORT(device, 0x010);
    u64 multiqueue = 1ul << 12; // VIRTIO_BLK_F_MQ
    u64 wanted = device->features & (VERSION_1_FEATURE | NOTIFICATION_FEATURE | MESSAGES_FEATURE);
    if (TRANSPORT(device, 0x008) == BLOCK)
        wanted |= device->features & multiqueue;
    TRANSPORT(device, 0x024) = 1; // DriverFeaturesSel
    TRANSPORT(device, 0x020) = (u32)(wanted >> 32);
    TRANSPORT(device, 0x024) = 0;
    TRANSPORT(device, 0x020) = (u32)wanted;
    set_status(device, FEATURES_OK);

    if (TRANSPORT(device, 0x00c) == 0xdbfcdb06) // VendorID: messages and doorbells
        device->layout = DRAGONBALL;
    else if (wanted & MESSAGES_FEATURE && TRANSPORT(device, 0x0c0) != 0) // MsiVecNum. Without the extension the bit is VIRTIO_F_RING_RESET, and QueueReset reads as 0.
        device->layout = TRANSPORT(device, 0x0c4) & 1u << 30 ? MAPPED : FIXED; // MsiState
    else
        device->layout = WIRE;
    u32 doorbells = device->layout == DRAGONBALL || wanted & NOTIFICATION_FEATURE ? TRANSPORT(device, 0x050) : 0x050;
    device->doorbells = device->base + (doorbells & 0xffff);
    device->doorbell_distance = doorbells >> 16;
    return device->layout;
}

static void start_queues(struct device *device)
{
    device->queues = 0;
    for (u32 queue = 0; queue < QUEUES; queue++) {
        TRANSPORT(device, 0x030) = queue;         // QueueSel
        if (TRANSPORT(device, 0x034) < QUEUE_SIZE) // QueueSizeMax
            break;
        volatile struct ring *ring = device->rings[queue];
        for (u64 at = 0; at < sizeof(struct ring); at += 8)
            REGISTER64((u64)ring + at) = 0;
        TRANSPORT(device, 0x038) = QUEUE_SIZE;
        TRANSPORT(device, 0x080) = (u32)(u64)ring->descriptors;
        TRANSPORT(device, 0x084) = 0;
        TRANSPORT(device, 0x090) = (u32)(u64)&ring->available_flags;
        TRANSPORT(device, 0x094) = 0;
        TRANSPORT(device, 0x0a0) = (u32)(u64)&ring->used_flags;
        TRANSPORT(device, 0x0a4) = 0;
        TRANSPORT(device, 0x044) = 1;
        device->queues++;
    }
}

// Gives every event a message of its own: event and vector 0 are the configuration's, q + 1 are queue q's. Then messages are switched on.
static void start_vectors(struct device *device)
{
    for (u32 vector = 0; vector <= device->queues; vector++) {
        configure_vector(device, vector, vector);
        message_command(device, UNMASK, vector);
    }
    message_command(device, ENABLE, 0);
}

static void map_vectors(struct device *device)
{
    if (device->layout != MAPPED)
        return;
    message_command(device, MAP_CONFIGURATION, 0);
    for (u32 queue = 0; queue < device->queues; queue++)
        map_queue(device, queue, queue + 1);
}

// Offers a chain, which starts with the first descriptor, and rings the queue's doorbell.
static inline void notify(struct device *device, u32 queue)
{
    volatile struct ring *ring = device->rings[queue];
    ring->available[ring->available_index % QUEUE_SIZE] = 0;
    __asm__ volatile("dmb sy" ::: "memory");
    ring->available_index++;
    __asm__ volatile("dmb sy" ::: "memory");
    REGISTER(device->doorbells + queue * device->doorbell_distance) = queue;
}

static inline void describe(struct device *device, u32 queue, u32 index, volatile void *address, u32 length, u16 flags)
{
    volatile struct descriptor *descriptor = &device->rings[queue]->descriptors[index];
    descriptor->address = (u64)address;
    descriptor->length = length;
    descriptor->flags = flags;
    descriptor->next = (u16)(index + 1);
}

// What the handler does for a wire: it finds out why, and acknowledges that.
static u32 acknowledge_wire(struct device *device)
{
    u32 causes = TRANSPORT(device, 0x060);
    TRANSPORT(device, 0x064) = causes;
    return causes;
}
