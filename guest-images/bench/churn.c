// Pages come and go: one of a window's pages is unmapped, its TLB entry invalidated, and another one mapped in its place, by turns before it is touched
// and by the handler of the fault that touching it takes. Other pages of the window stay in use.
#include "bench.h"
#include "mmu.h"

#define VIRTUAL_PAGES 64
#define PHYSICAL_PAGES 256
#define NEIGHBOURS 8
#define ROUNDS 200000

static u64 memory[PHYSICAL_PAGES][PAGE / 8] __attribute__((aligned(PAGE)));

u64 wanted; // The descriptor that the handler installs.
u64 faults;

// A data abort of an access to the window.
VECTORS(0x200,
    "    stp  x0, x1, [sp, #-32]!\n"
    "    stp  x2, x3, [sp, #16]\n"
    "    mrs  x0, far_el1\n"
    "    ubfx x0, x0, #12, #14\n"
    "    adrp x1, window\n"
    "    add  x1, x1, :lo12:window\n"
    "    adrp x2, wanted\n"
    "    ldr  x3, [x2, :lo12:wanted]\n"
    "    str  x3, [x1, x0, lsl #3]\n"
    "    dsb  ishst\n"
    "    adrp x2, faults\n"
    "    ldr  x3, [x2, :lo12:faults]\n"
    "    add  x3, x3, #1\n"
    "    str  x3, [x2, :lo12:faults]\n"
    "    ldp  x2, x3, [sp, #16]\n"
    "    ldp  x0, x1, [sp], #32\n"
    "    eret\n");

static u64 descriptor(u32 page) { return (u64)memory[page] | NORMAL | DESCRIPTOR_PAGE; }

static inline volatile u64 *page_at(u32 page) { return (volatile u64 *)(WINDOW + (u64)page * PAGE); }

void run(void)
{
    install_vectors();
    for (u32 page = 0; page < PHYSICAL_PAGES; page++)
        memory[page][0] = page;
    u8 mapped[VIRTUAL_PAGES];
    for (u32 page = 0; page < VIRTUAL_PAGES; page++) {
        mapped[page] = (u8)page;
        window[page] = descriptor(page);
    }
    enable_mmu();

    u32 seed = 1;
    u64 sum = 0, expected = 0;
    for (u32 round = 0; round < ROUNDS; round++) {
        u32 random = next_random(&seed);
        u32 page = random % VIRTUAL_PAGES;
        u8 physical = (u8)(random >> 8);
        window[page] = 0;
        __asm__ volatile(
            "dsb  ishst\n"
            "tlbi vae1is, %0\n"
            "dsb  ish\n"
            "isb" ::"r"((WINDOW >> 12) + page) : "memory");
        wanted = descriptor(physical);
        if (round % 2 == 0) {
            window[page] = wanted;
            __asm__ volatile("dsb ishst\n"
                             "isb" ::: "memory");
        }
        mapped[page] = physical;
        page_at(page)[1]++;
        sum += page_at(page)[0];
        expected += physical;
        for (u32 i = 1; i <= NEIGHBOURS; i++) {
            u32 other = (page + i * 5) % VIRTUAL_PAGES;
            sum += page_at(other)[0];
            expected += mapped[other];
        }
    }
    for (u32 page = 0; page < PHYSICAL_PAGES; page++)
        sum += memory[page][1];
    check(sum + faults, expected + ROUNDS + ROUNDS / 2);
}
