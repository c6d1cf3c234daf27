// Writes block after block of a disk, and tells of each when it must be safe: first flushing each, then as a driver that knows of no cache, so that the write is
// safe when it is done. A block holds its round: 1 and up, and 65 and up the second time.
#include "../bench/bench.h"
#include "../bench/disk.h"

#define ROUNDS 64

static u64 transport;
static u32 data[BLOCK / 4] __attribute__((aligned(4096)));
static struct header header;
static volatile u8 status;

static void request(enum request_type type, u64 sector)
{
    header = (struct header){ .type = type, .sector = sector };
    status = 0xff;
    table[0] = (struct descriptor){ (u64)&header, sizeof header, NEXT, type == FLUSH ? 2 : 1 };
    table[1] = (struct descriptor){ (u64)data, BLOCK, NEXT, 2 };
    table[2] = (struct descriptor){ (u64)&status, 1, WRITE, 0 };
    offer(0);
    notify(transport);
    while (used.index == consumed)
        ;
    consumed++;
}

static void tell(const char *what, u32 round)
{
    print(what);
    for (int shift = 4; shift >= 0; shift -= 4)
        REGISTER(UART) = (u8)"0123456789abcdef"[round >> shift & 15];
    print(status == 0 ? "\n" : " failed\n");
}

static void write_all(const char *what, u32 first, u32 features)
{
    start_disk(transport, features);
    for (u32 i = 0; i < ROUNDS; i++) {
        for (u32 word = 0; word < BLOCK / 4; word++)
            data[word] = first + i;
        request(OUT, i * SECTORS_PER_BLOCK);
        if (features & FLUSH_FEATURE)
            request(FLUSH, 0);
        tell(what, first + i);
    }
}

void run(void)
{
    u32 interrupt;
    transport = find_disk(&interrupt);
    if (!transport) {
        print("there is no disk\n");
        return;
    }
    write_all("flushed ", 1, FLUSH_FEATURE);
    write_all("written ", ROUNDS + 1, 0);
    print("done\n");
}
