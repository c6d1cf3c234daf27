// Start and end of the guests for measuring. They need no device but PSCI, by which they switch the machine off, and run with the MMU off.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

__asm__(
    ".text\n"
    ".global _start\n"
    "_start:\n"
    "    adrp x0, stack_end\n"
    "    add  x0, x0, :lo12:stack_end\n"
    "    mov  sp, x0\n"
    "    mov  x0, #(3 << 20)\n"
    "    msr  cpacr_el1, x0\n"
    "    isb\n"
    "    bl   run\n"
    "    movz w0, #0x8400, lsl #16\n"
    "    movk w0, #0x0008\n"
    "    hvc  #0\n"
    "1:  wfi\n"
    "    b    1b\n"
    ".bss\n"
    ".balign 16\n"
    "    .skip 16384\n"
    "stack_end:\n"
    ".text\n");

// What a guest computes, so that no compiler leaves it out.
volatile u64 result;

static inline u32 next_random(u32 *state)
{
    u32 x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}
