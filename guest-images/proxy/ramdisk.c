// A back end of another machine's disk: it serves a virtio block device whose sectors lie in its RAM, and come from a disk of its own where it has one. What it gets of the other machine are messages, and the rings and buffers that lie in the memory
// that both have. It ends its requests with a store to the interrupt's register.
#include "../bench/bench.h"
#include "device.h"
#include "store.h"

// Who starts a machine without a disk of its own puts the disk here, and its length in bytes in front of it.
#define DISK 0x48000000ul
#define DISK_LENGTH (*(volatile u64 *)(DISK - 8))

#define SECTOR 512
#define HEADER 16
#define LARGEST_QUEUE 256
#define FEATURES (1ul << 32 | FLUSH_FEATURE) // VIRTIO_F_VERSION_1
#define CONFIGURATION 60
#define AREAS 4

enum status { DRIVER_OK = 4, FEATURES_OK = 8, NEEDS_RESET = 64 };
enum result { DONE, FAILED, BUSY, UNKNOWN, MALFORMED, NO_DEVICE, NO_AREA, ADDRESS, DENIED, UNSUPPORTED };

struct message {
    u8 type, id;
    u16 device, token, size;
    union {
        u8 bytes[56];
        u16 halves[28];
        u32 words[14];
        u64 longs[7];
    };
};

static struct { u64 base, size, offset; } areas[AREAS];
static struct { u32 size; u64 descriptors, available, used; u16 next, done; } queue;
static u32 status;
static u64 features;

// Where an address of the front end's is, or 0.
static u64 find(u64 address, u64 length)
{
    for (u32 i = 0; i < AREAS; i++)
        if (address >= areas[i].base && length <= areas[i].size && address - areas[i].base <= areas[i].size - length)
            return shared_memory + areas[i].offset + (address - areas[i].base);
    return 0;
}

static void copy(u64 to, u64 from, u64 length)
{
    if (((to | from | length) & 7) == 0) {
        for (; length; length -= 8, to += 8, from += 8)
            *(volatile u64 *)to = *(volatile u64 *)from;
        return;
    }
    for (; length; length--)
        *(volatile u8 *)to++ = *(volatile u8 *)from++;
}

static void reset(void)
{
    status = 0;
    features = 0;
    queue.size = 0;
}

static void needs_reset(void)
{
    status |= NEEDS_RESET;
    struct message *event = (struct message *)answer();
    *event = (struct message){ .id = 0x40, .size = 24 }; // EVENT_CONFIG
    event->words[0] = status;
    send(event->size);
}

// One request: a header, data, and a byte for how it ended. Returns what was written, or -1 when it is none.
static long serve(u32 head)
{
    u64 at[3 + 126], lengths[3 + 126];
    u32 writable = 0, count = 0, index = head;
    while (1) {
        u64 descriptor = queue.descriptors + 16 * index;
        u64 address = *(volatile u64 *)descriptor, length = *(volatile u32 *)(descriptor + 8);
        u32 flags = *(volatile u16 *)(descriptor + 12);
        if (index >= queue.size || count == sizeof at / sizeof at[0] || !(at[count] = find(address, length)) || length == 0)
            return -1;
        lengths[count++] = length;
        if (!(flags & WRITE) && writable)
            return -1;
        writable += (flags & WRITE) != 0;
        if (!(flags & NEXT))
            break;
        index = *(volatile u16 *)(descriptor + 14);
    }
    u32 readable = count - writable;
    if (readable == 0 || writable == 0 || lengths[0] < HEADER)
        return -1;
    u32 type = *(volatile u32 *)at[0];
    u64 start = *(volatile u64 *)(at[0] + 8) * SECTOR, position = start;
    // Data may follow the header in its buffer, and stand in front of the status in its own (virtio 1.3, section 2.6.4).
    at[0] += HEADER;
    lengths[0] -= HEADER;
    u64 how = at[count - 1] + --lengths[count - 1];
    u8 end = type == IN || type == OUT || type == FLUSH || type == GET_ID ? 0 : 2;
    long written = 1;
    for (u32 i = 0; i < count && end == 0; i++) {
        if (lengths[i] == 0) {
            continue;
        } else if (type == GET_ID && i >= readable) {
            for (u32 j = 0; j < lengths[i]; j++)
                *(volatile u8 *)(at[i] + j) = j < 7 ? (u8)"ramdisk"[j] : 0;
            written += lengths[i];
        } else if (type > OUT || position > DISK_LENGTH || lengths[i] > DISK_LENGTH - position || (type == IN) != (i >= readable)) {
            end = 1;
        } else {
            copy(type == IN ? at[i] : DISK + position, type == IN ? DISK + position : at[i], lengths[i]);
            position += lengths[i];
            written += type == IN ? lengths[i] : 0;
        }
    }
    if (end == 0 && store && position > start && type == OUT)
        end = ask_store(OUT, start / SECTOR, DISK + start, position - start);
    // A driver that knows of no cache counts on a write that is done.
    if (end == 0 && store && (type == FLUSH || (type == OUT && !(features & FLUSH_FEATURE))))
        end = ask_store(FLUSH, 0, 0, 0);
    *(volatile u8 *)how = end;
    return written;
}

static void serve_all(void)
{
    u32 any = 0;
    while (queue.size && !(status & NEEDS_RESET) && *(volatile u16 *)(queue.available + 2) != queue.next) {
        BARRIER();
        u32 head = *(volatile u16 *)(queue.available + 4 + 2 * (queue.next++ % queue.size));
        long written = serve(head);
        if (written < 0) {
            needs_reset();
            return;
        }
        u64 element = queue.used + 4 + 8 * (queue.done++ % queue.size);
        *(volatile u32 *)element = head;
        *(volatile u32 *)(element + 4) = (u32)written;
        BARRIER();
        *(volatile u16 *)(queue.used + 2) = queue.done;
        any = 1;
    }
    BARRIER();
    if (any)
        REGISTER(trigger) = 0; // Queue 0 of device 0.
}

static enum result start_ring(struct message *message)
{
    u32 size = message->words[2];
    queue.size = 0;
    queue.next = queue.done = 0;
    queue.descriptors = find(message->longs[2], 16 * (u64)size);
    queue.available = find(message->longs[3], 6 + 2 * (u64)size);
    queue.used = find(message->longs[4], 6 + 8 * (u64)size);
    if (message->words[0] != 0)
        return MALFORMED;
    if (size == 0 || size > LARGEST_QUEUE || (size & (size - 1)) || !queue.descriptors || !queue.available || !queue.used)
        needs_reset();
    else
        queue.size = size;
    return DONE;
}

static enum result share(struct message *message, struct message *reply)
{
    u32 number = message->halves[0];
    u32 free = AREAS;
    for (u32 i = 0; i < AREAS; i++)
        if (areas[i].size == 0)
            free = i;
    reply->halves[0] = (u16)number;
    reply->halves[1] = message->halves[1] != 2 ? UNSUPPORTED : free == AREAS ? DENIED : DONE;
    if (reply->halves[1] == DONE) {
        areas[free].base = message->longs[1];
        areas[free].size = message->longs[2];
        areas[free].offset = message->longs[3];
    }
    reply->size = 12;
    return DONE;
}

static enum result on_bus(struct message *message, struct message *reply)
{
    switch (message->id) {
    case 0x02: // GET_DEVICES
        reply->halves[0] = message->halves[0];
        reply->halves[1] = 8;
        reply->halves[2] = 0;
        reply->bytes[6] = message->halves[0] == 0;
        reply->size = 15;
        return DONE;
    case 0x81: // AREA_SHARE
        return share(message, reply);
    case 0x83: // RESET; from the device itself it tells of a new front end
        reset();
        if (message->token == 0xffff)
            for (u32 i = 0; i < AREAS; i++)
                areas[i].size = 0;
        return DONE;
    case 0x84: // EVENT_POLL
        return DONE;
    default:
        return UNKNOWN;
    }
}

static enum result on_device(struct message *message, struct message *reply)
{
    u32 first = message->words[0];
    switch (message->id) {
    case 0x02: // GET_DEVICE_INFO
        reply->words[0] = 2;
        reply->words[2] = 64;
        reply->words[3] = CONFIGURATION;
        reply->words[4] = 1;
        reply->size = 32;
        return DONE;
    case 0x03: // GET_DEVICE_FEATURES
        if (message->words[1] > 4)
            return MALFORMED;
        reply->words[0] = first;
        reply->words[1] = message->words[1];
        for (u32 i = 0; i < message->words[1]; i++)
            reply->words[2 + i] = first + i < 2 ? (u32)(FEATURES >> 32 * (first + i)) : 0;
        reply->size = (u16)(16 + 4 * message->words[1]);
        return DONE;
    case 0x04: // SET_DRIVER_FEATURES
        for (u32 i = 0; i < message->words[1] && i < 4; i++)
            if (first + i < 2)
                features = (features & ~(0xfffffffful << 32 * (first + i))) | (u64)message->words[2 + i] << 32 * (first + i);
        return DONE;
    case 0x05: // GET_CONFIG
        if (first > CONFIGURATION || message->words[1] > CONFIGURATION - first || message->words[1] > 44)
            return MALFORMED;
        reply->words[1] = first;
        reply->words[2] = message->words[1];
        for (u32 i = 0; i < message->words[1]; i++)
            reply->bytes[12 + i] = first + i < 8 ? (u8)(DISK_LENGTH / SECTOR >> 8 * (first + i)) : 0;
        reply->size = (u16)(20 + message->words[1]);
        return DONE;
    case 0x06: // SET_CONFIG: nothing can be written
        reply->words[1] = first;
        reply->size = 20;
        return DONE;
    case 0x08: // SET_DEVICE_STATUS
        if (first == 0)
            reset();
        else
            status = first & ~((features & ~FEATURES) || !(features >> 32 & 1) ? FEATURES_OK : 0u);
        if (status & DRIVER_OK)
            serve_all();
        __attribute__((fallthrough)); // The status is the answer.
    case 0x07: // GET_DEVICE_STATUS
        reply->words[0] = status;
        reply->size = 12;
        return DONE;
    case 0x09: // GET_VQUEUE
        if (first != 0)
            return MALFORMED;
        reply->words[1] = LARGEST_QUEUE;
        reply->words[2] = queue.size;
        reply->size = 48;
        return DONE;
    case 0x0a: // SET_VQUEUE
        return start_ring(message);
    case 0x0b: // RESET_VQUEUE
        queue.size = 0;
        return DONE;
    default:
        return UNKNOWN;
    }
}

void run(void)
{
    u64 length = start_store(DISK);
    if (length)
        DISK_LENGTH = length;
    if (!start_proxy()) {
        print("there is no virtio-proxy device\n");
        return;
    }
    print("serving\n");
    while (1) {
        struct message message = *(struct message *)receive();
        give_back();
        if (message.id & 0x40) {
            if (message.type == 0 && message.id == 0x41 && (status & DRIVER_OK)) // EVENT_AVAIL
                serve_all();
            continue;
        }
        if (message.type & 1)
            continue;
        struct message reply = { .type = message.type | 1, .id = message.id, .device = message.device, .token = message.token, .size = 8 };
        enum result result = message.type & 2 ? on_bus(&message, &reply) : message.device ? NO_DEVICE : on_device(&message, &reply);
        if (result != DONE) {
            reply = (struct message){ .type = 2, .id = 0xc1, .size = 16 }; // ERROR
            reply.halves[0] = (u16)result;
            reply.halves[1] = message.device;
            reply.bytes[4] = message.type;
            reply.bytes[5] = message.id;
            reply.halves[3] = message.token;
        }
        *(struct message *)answer() = reply;
        send(reply.size);
    }
}
