// A driver of a virtio block device behind the memory-mapped transport (version 2), with one queue. Needs bench.h.

#define TRANSPORTS 0x0a000000
#define TRANSPORT_LENGTH 0x200
#define TRANSPORT_COUNT 32
#define FIRST_INTERRUPT (32 + 16)

#define BLOCK 4096
#define SECTORS_PER_BLOCK (BLOCK / 512)
#define QUEUE_SIZE 128
#define PARTS 3 // of a request: header, data, status

#define FLUSH_FEATURE (1u << 9) // With it a write need not be on the disk when it is done.
#define NEXT 1
#define WRITE 2
#define NO_NOTIFY 1

enum request_type { IN, OUT, FLUSH = 4 };

struct descriptor { u64 address; u32 length; u16 flags, next; };
struct used_element { u32 id, length; };
struct header { u32 type, reserved; u64 sector; };

static struct descriptor table[QUEUE_SIZE] __attribute__((aligned(4096)));
static volatile struct { u16 flags, index, ring[QUEUE_SIZE]; } available __attribute__((aligned(4096)));
static volatile struct { u16 flags, index; struct used_element ring[QUEUE_SIZE]; } used __attribute__((aligned(4096)));
static u16 consumed, offered;

#define TRANSPORT(offset) REGISTER(transport + (offset))

static u64 find_disk(u32 *interrupt)
{
    for (u32 i = 0; i < TRANSPORT_COUNT; i++) {
        u64 transport = TRANSPORTS + i * TRANSPORT_LENGTH;
        if (TRANSPORT(0x000) == 0x74726976 && TRANSPORT(0x004) == 2 && TRANSPORT(0x008) == 2) {
            *interrupt = FIRST_INTERRUPT + i;
            return transport;
        }
    }
    return 0;
}

static void start_disk(u64 transport, u32 features)
{
    TRANSPORT(0x070) = 0;
    consumed = offered = available.index = used.index = 0;
    TRANSPORT(0x070) = 3; // ACKNOWLEDGE, DRIVER
    TRANSPORT(0x024) = 1;
    TRANSPORT(0x020) = 1; // VIRTIO_F_VERSION_1
    TRANSPORT(0x024) = 0;
    TRANSPORT(0x020) = features;
    TRANSPORT(0x070) = 11; // FEATURES_OK
    TRANSPORT(0x030) = 0;
    TRANSPORT(0x038) = QUEUE_SIZE;
    TRANSPORT(0x080) = (u32)(u64)table;
    TRANSPORT(0x084) = 0;
    TRANSPORT(0x090) = (u32)(u64)&available;
    TRANSPORT(0x094) = 0;
    TRANSPORT(0x0a0) = (u32)(u64)&used;
    TRANSPORT(0x0a4) = 0;
    TRANSPORT(0x044) = 1;
    TRANSPORT(0x070) = 15; // DRIVER_OK
}

// Makes a request available whose descriptors begin with one.
static void offer(u32 first)
{
    available.ring[offered++ % QUEUE_SIZE] = (u16)first;
}

static void notify(u64 transport)
{
    __asm__ volatile("dmb ish" ::: "memory");
    available.index = offered;
    __asm__ volatile("dmb ish" ::: "memory");
    if (!(used.flags & NO_NOTIFY))
        TRANSPORT(0x050) = 0;
}
