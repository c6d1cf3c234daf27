// Start and end of the guests for measuring. They need no device but the UART of the virt board and PSCI, by which they switch the machine off.
// The MMU is off unless mmu.h turns it on. Each prints "running" when its work begins, and "right" or "wrong" when it is done.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

#define REGISTER(address) (*(volatile u32 *)(u64)(address))
#define UART 0x09000000

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
    "    bl   start\n"
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

// The guest's work.
void run(void);

static void print(const char *text)
{
    while (*text)
        REGISTER(UART) = (u8)*text++;
}

void start(void)
{
    print("running\n");
    run();
}

// Ends a guest's work: tells what it has computed, and whether that is what it should be.
static inline void check(u64 result, u64 expected)
{
    print(result == expected ? "right, result " : "wrong, result ");
    for (int shift = 60; shift >= 0; shift -= 4)
        REGISTER(UART) = (u8)"0123456789abcdef"[(result >> shift) & 15];
    print("\n");
}

static inline u64 bits_of(double value)
{
    union { double value; u64 bits; } both = { value };
    return both.bits;
}

static inline u32 next_random(u32 *state)
{
    u32 x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

// The exception vectors of a guest that has some: what follows is put at the offset in a table of 2 KiB, which 'install_vectors' installs.
#define VECTORS(offset, code)    \
    __asm__(                     \
        ".text\n"                \
        ".balign 2048\n"         \
        "vectors:\n"             \
        "    .skip " #offset "\n" \
        code                     \
        ".text\n")

#define install_vectors()                     \
    __asm__ volatile(                         \
        "adr x0, vectors\n"                   \
        "msr vbar_el1, x0\n"                  \
        "isb" ::: "x0", "memory")
