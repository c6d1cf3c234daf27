// A disk of this machine behind the one that is served, if there is one: it is read at the start, and gets what is written. So the guest can be ended, and another one goes on with what was flushed. Needs device.h.

#define BLOCK_DEVICE 2
#define FLUSH_FEATURE (1u << 9) // VIRTIO_BLK_F_FLUSH
#define STORE_PIECE (1ul << 20)

enum request { IN, OUT, FLUSH = 4, GET_ID = 8 };

static volatile struct ring store_ring __attribute__((aligned(4096)));
static u64 store;
static u16 store_asked;

// Returns the status of a request.
static u8 ask_store(enum request type, u64 sector, u64 address, u64 length)
{
    static struct { u32 type, reserved; u64 sector; } header;
    static volatile u8 status;
    header.type = type;
    header.sector = sector;
    store_ring.descriptors[0] = (struct descriptor){ (u64)&header, sizeof header, NEXT, length ? 1 : 2 };
    store_ring.descriptors[1] = (struct descriptor){ address, (u32)length, type == IN ? NEXT | WRITE : NEXT, 2 };
    store_ring.descriptors[2] = (struct descriptor){ (u64)&status, 1, WRITE, 0 };
    store_ring.available[store_asked % QUEUE_SIZE] = 0;
    BARRIER();
    store_ring.available_index = ++store_asked;
    BARRIER();
    REGISTER(store + 0x050) = 0;
    while (store_ring.used_index != store_asked)
        ;
    BARRIER();
    return status;
}

// Finds the disk, and reads it. Returns its length in bytes, or 0.
static u64 start_store(u64 target)
{
    if (find_transport(BLOCK_DEVICE) == TRANSPORT_COUNT)
        return 0;
    store = transport;
    accept_features(FLUSH_FEATURE);
    start_queue(0, &store_ring);
    TRANSPORT(0x070) = 15; // DRIVER_OK
    u64 length = read_pair(0x100) * 512;
    for (u64 done = 0; done < length; done += STORE_PIECE)
        if (ask_store(IN, done / 512, target + done, length - done < STORE_PIECE ? length - done : STORE_PIECE) != 0)
            return 0;
    return length;
}
