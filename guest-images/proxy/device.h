// A driver of the virtio-proxy device (docs/virtio-proxy.md, section 9): messages of a front end come by one queue and answers go by the other, 64 bytes at most. Needs bench.h.

#define TRANSPORTS 0x0a000000ul
#define TRANSPORT_LENGTH 0x200
#define TRANSPORT_COUNT 32
#define FIRST_INTERRUPT (32 + 16)
#define PROXY_DEVICE 0x7078

#define DISTRIBUTOR 0x08000000ul
#define REDISTRIBUTOR 0x080a0000ul

#define QUEUE_SIZE 16
#define MESSAGE 64
#define NEXT 1
#define WRITE 2

struct descriptor { u64 address; u32 length; u16 flags, next; };
struct ring {
    struct descriptor descriptors[QUEUE_SIZE];
    u16 available_flags, available_index, available[QUEUE_SIZE], used_event;
    u16 padding[5];
    u16 used_flags, used_index;
    struct { u32 id, length; } used[QUEUE_SIZE];
};

static volatile struct ring rings[2] __attribute__((aligned(4096)));
static u8 incoming[QUEUE_SIZE][MESSAGE] __attribute__((aligned(64)));
static u8 outgoing[QUEUE_SIZE][MESSAGE] __attribute__((aligned(64)));
static u64 transport, shared_memory, trigger;
static u16 taken, sent;

#define TRANSPORT(offset) REGISTER(transport + (offset))
#define BARRIER() __asm__ volatile("dmb sy" ::: "memory")

static u64 read_pair(u32 low) { return TRANSPORT(low) | (u64)TRANSPORT(low + 4) << 32; }

static void start_queue(u32 queue, volatile struct ring *ring)
{
    TRANSPORT(0x030) = queue;
    TRANSPORT(0x038) = QUEUE_SIZE;
    TRANSPORT(0x080) = (u32)(u64)ring->descriptors;
    TRANSPORT(0x084) = 0;
    TRANSPORT(0x090) = (u32)(u64)&ring->available_flags;
    TRANSPORT(0x094) = 0;
    TRANSPORT(0x0a0) = (u32)(u64)&ring->used_flags;
    TRANSPORT(0x0a4) = 0;
    TRANSPORT(0x044) = 1;
}

// The interrupt wakes the CPU, and is never taken.
static void enable_interrupt(u32 intid)
{
    REGISTER(REDISTRIBUTOR + 0x14) &= ~2u; // GICR_WAKER.ProcessorSleep
    while (REGISTER(REDISTRIBUTOR + 0x14) & 4)
        ;
    REGISTER(DISTRIBUTOR) = 0x12; // ARE, group 1
    REGISTER(DISTRIBUTOR + 0x80 + intid / 32 * 4) |= 1u << intid % 32;  // GICD_IGROUPR
    REGISTER(DISTRIBUTOR + 0x100 + intid / 32 * 4) = 1u << intid % 32; // GICD_ISENABLER
    __asm__ volatile("msr s3_0_c12_c12_5, %0\n isb" ::"r"(1ul));       // ICC_SRE_EL1
    __asm__ volatile("msr s3_0_c4_c6_0, %0" ::"r"(0xfful));            // ICC_PMR_EL1
    __asm__ volatile("msr s3_0_c12_c12_7, %0\n isb" ::"r"(1ul));       // ICC_IGRPEN1_EL1
}

// Returns the index of the transport that has a device, or their number.
static u32 find_transport(u32 device)
{
    u32 i = 0;
    for (; i < TRANSPORT_COUNT; i++) {
        transport = TRANSPORTS + i * TRANSPORT_LENGTH;
        if (TRANSPORT(0x000) == 0x74726976 && TRANSPORT(0x004) == 2 && TRANSPORT(0x008) == device)
            break;
    }
    return i;
}

static void accept_features(u32 low)
{
    TRANSPORT(0x070) = 0;
    TRANSPORT(0x070) = 3; // ACKNOWLEDGE, DRIVER
    TRANSPORT(0x024) = 1;
    TRANSPORT(0x020) = 1; // VIRTIO_F_VERSION_1
    TRANSPORT(0x024) = 0;
    TRANSPORT(0x020) = low;
    TRANSPORT(0x070) = 11; // FEATURES_OK
}

static int start_proxy(void)
{
    u32 index = find_transport(PROXY_DEVICE);
    if (index == TRANSPORT_COUNT)
        return 0;
    accept_features(0);
    TRANSPORT(0x0ac) = TRANSPORT(0x110); // SHMSel: the region that the configuration names
    shared_memory = read_pair(0x0b8);
    trigger = read_pair(0x118);
    for (u32 i = 0; i < QUEUE_SIZE; i++) {
        rings[0].descriptors[i] = (struct descriptor){ (u64)incoming[i], MESSAGE, WRITE, 0 };
        rings[0].available[i] = (u16)i;
    }
    rings[0].available_index = QUEUE_SIZE;
    start_queue(0, &rings[0]);
    start_queue(1, &rings[1]);
    BARRIER();
    TRANSPORT(0x070) = 15; // DRIVER_OK
    TRANSPORT(0x050) = 0;
    enable_interrupt(FIRST_INTERRUPT + index);
    return 1;
}

// Waits for a message. It has to be given back.
static u8 *receive(void)
{
    while (rings[0].used_index == taken) {
        TRANSPORT(0x064) = TRANSPORT(0x060); // InterruptACK of InterruptStatus
        BARRIER();
        if (rings[0].used_index == taken)
            __asm__ volatile("wfi");
    }
    BARRIER();
    return incoming[rings[0].used[taken % QUEUE_SIZE].id];
}

static void give_back(void)
{
    rings[0].available[(u16)(taken + QUEUE_SIZE) % QUEUE_SIZE] = (u16)rings[0].used[taken % QUEUE_SIZE].id;
    BARRIER();
    taken++;
    rings[0].available_index = (u16)(taken + QUEUE_SIZE);
    BARRIER();
    TRANSPORT(0x050) = 0;
}

// A buffer for an answer.
static u8 *answer(void)
{
    while ((u16)(sent - rings[1].used_index) == QUEUE_SIZE)
        ;
    return outgoing[sent % QUEUE_SIZE];
}

static void send(u32 length)
{
    u32 slot = sent % QUEUE_SIZE;
    rings[1].descriptors[slot] = (struct descriptor){ (u64)outgoing[slot], length, 0, 0 };
    rings[1].available[slot] = (u16)slot;
    BARRIER();
    rings[1].available_index = ++sent;
    BARRIER();
    TRANSPORT(0x050) = 1;
}
