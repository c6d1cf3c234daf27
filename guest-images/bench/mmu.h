// Turns the MMU on: 4 KiB pages, 39 bits of addresses. The first gibibyte is devices, the second is RAM, both mapped where they are by blocks.
// The third is the window, 64 MiB of pages that a guest maps as it likes.

#define WINDOW 0x80000000ul
#define WINDOW_PAGES 16384
#define PAGE 4096

#define DESCRIPTOR_TABLE 3
#define DESCRIPTOR_PAGE 3
#define DESCRIPTOR_BLOCK 1
#define NORMAL (0ul << 2 | 3ul << 8 | 1ul << 10) // MAIR attribute 0, inner shareable, accessed
#define DEVICE (1ul << 2 | 1ul << 10 | 3ul << 53) // MAIR attribute 1, accessed, never executed

static u64 first_level[512] __attribute__((aligned(PAGE)));
static u64 second_level[512] __attribute__((aligned(PAGE)));
u64 window[WINDOW_PAGES] __attribute__((aligned(PAGE))); // The descriptors of the window's pages.

static void enable_mmu(void)
{
    first_level[0] = DEVICE | DESCRIPTOR_BLOCK;
    first_level[1] = 0x40000000ul | NORMAL | DESCRIPTOR_BLOCK;
    first_level[2] = (u64)second_level | DESCRIPTOR_TABLE;
    for (u32 table = 0; table < WINDOW_PAGES / 512; table++)
        second_level[table] = (u64)&window[table * 512] | DESCRIPTOR_TABLE;
    u64 control = 25      // T0SZ: 39 bits
        | 1ul << 8        // IRGN0, ORGN0: write-back
        | 1ul << 10
        | 3ul << 12       // SH0: inner shareable
        | 1ul << 23       // EPD1: no walks by TTBR1
        | 2ul << 32;      // IPS: 40 bits
    __asm__ volatile(
        "msr mair_el1, %0\n"
        "msr tcr_el1, %1\n"
        "msr ttbr0_el1, %2\n"
        "dsb sy\n"
        "tlbi vmalle1\n"
        "dsb sy\n"
        "isb\n"
        "mrs x0, sctlr_el1\n"
        "orr x0, x0, #(1 << 0)\n"
        "orr x0, x0, #(1 << 2)\n"
        "orr x0, x0, #(1 << 12)\n"
        "msr sctlr_el1, x0\n"
        "isb" ::"r"(0xfful), "r"(control), "r"(first_level) : "x0", "memory");
}
