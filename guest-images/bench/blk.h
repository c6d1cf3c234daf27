// Random reads and writes of 4 KiB on a virtio block device behind the memory-mapped transport (version 2), with a fixed number of requests in flight. As with
// other drivers, the device tells by its interrupt that requests are done; the interrupt is waited for with WFI and stays masked, so that no exception is taken.
// Every block of the disk begins and ends with its number; a write puts that there again.
#include "bench.h"
#include "disk.h"

#define DISTRIBUTOR 0x08000000
#define REDISTRIBUTOR 0x080a0000
#define BLOCKS 16384 // 64 MiB

static u64 blocks[DEPTH][BLOCK / 8] __attribute__((aligned(4096)));
static struct header headers[DEPTH];
static volatile u8 statuses[DEPTH];
static u32 random = 88172645;

static void enable_interrupt(u32 interrupt)
{
    REGISTER(DISTRIBUTOR) = 0x12; // ARE, Group 1
    REGISTER(REDISTRIBUTOR + 0x14) = 0; // GICR_WAKER
    while (REGISTER(REDISTRIBUTOR + 0x14) & 4)
        ;
    REGISTER(DISTRIBUTOR + 0x080 + interrupt / 32 * 4) = ~0u; // Group 1
    REGISTER(DISTRIBUTOR + 0x6000 + interrupt * 8) = 0; // to CPU 0
    REGISTER(DISTRIBUTOR + 0x6004 + interrupt * 8) = 0;
    REGISTER(DISTRIBUTOR + 0x100 + interrupt / 32 * 4) = 1u << (interrupt % 32);
    __asm__ volatile(
        "msr daifset, #2\n"
        "msr s3_0_c12_c12_5, %0\n" // ICC_SRE_EL1
        "isb\n"
        "msr s3_0_c4_c6_0, %1\n"   // ICC_PMR_EL1
        "msr s3_0_c12_c12_7, %2\n" // ICC_IGRPEN1_EL1
        "isb" ::"r"(7ul), "r"(0xf0ul), "r"(1ul));
}

static void wait_for_interrupt(u64 transport)
{
    u64 interrupt;
    __asm__ volatile("wfi\n mrs %0, s3_0_c12_c12_0" : "=r"(interrupt)::"memory"); // ICC_IAR1_EL1
    if (interrupt < 1020) {
        TRANSPORT(0x064) = TRANSPORT(0x060); // InterruptACK
        __asm__ volatile("msr s3_0_c12_c12_1, %0\n isb" ::"r"(interrupt) : "memory"); // ICC_EOIR1_EL1
    }
}

static void describe_requests(void)
{
    for (u32 i = 0; i < DEPTH; i++) {
        struct descriptor *parts = &table[PARTS * i];
        parts[0] = (struct descriptor){ (u64)&headers[i], sizeof(struct header), NEXT, (u16)(PARTS * i + 1) };
        parts[1] = (struct descriptor){ (u64)blocks[i], BLOCK, NEXT, (u16)(PARTS * i + 2) };
        parts[2] = (struct descriptor){ (u64)&statuses[i], 1, WRITE, 0 };
    }
}

// Makes a request ready: a read or a write of a random block.
static void offer_random(u32 slot)
{
    u32 value = next_random(&random);
    u32 block = (value >> 8) % BLOCKS;
    u32 is_write = value & 1;
    headers[slot].type = is_write ? OUT : IN;
    headers[slot].sector = (u64)block * SECTORS_PER_BLOCK;
    blocks[slot][0] = blocks[slot][BLOCK / 8 - 1] = is_write ? block : ~0ul;
    statuses[slot] = 0xff;
    table[PARTS * slot + 1].flags = is_write ? NEXT : NEXT | WRITE;
    offer(PARTS * slot);
}

void run(void)
{
    u32 interrupt, right = 0, sent = 0, done = 0;
    u64 transport = find_disk(&interrupt);
    if (!transport) {
        print("there is no disk\n");
        return;
    }
    start_disk(transport, FLUSH_FEATURE);
    describe_requests();
    enable_interrupt(interrupt);
    while (sent < DEPTH)
        offer_random(sent++);
    notify(transport);
    while (done < REQUESTS) {
        if (used.index == consumed) {
            wait_for_interrupt(transport);
            continue;
        }
        u16 before = offered;
        while (used.index != consumed) {
            __asm__ volatile("dmb ish" ::: "memory");
            u32 slot = used.ring[consumed++ % QUEUE_SIZE].id / PARTS;
            u64 block = headers[slot].sector / SECTORS_PER_BLOCK;
            right += statuses[slot] == 0 && blocks[slot][0] == block && blocks[slot][BLOCK / 8 - 1] == block;
            done++;
            if (sent < REQUESTS) {
                offer_random(slot);
                sent++;
            }
        }
        if (offered != before)
            notify(transport);
    }
    check(right, REQUESTS);
}
