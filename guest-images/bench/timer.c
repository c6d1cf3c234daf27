// Interrupt round trips: the virtual timer is set to a time long past, so that its interrupt comes at once; the handler acknowledges it, stops the
// timer and returns.
#include "bench.h"

#define DISTRIBUTOR 0x08000000
#define REDISTRIBUTOR 0x080a0000
#define PRIVATE_INTERRUPTS (REDISTRIBUTOR + 0x10000)
#define TIMER 27
#define ROUNDS 200000

// x2 counts interrupts, x3 sums up their numbers, x4 is the handler's.
VECTORS(0x280,
    "    mrs  x4, s3_0_c12_c12_0\n" // ICC_IAR1_EL1
    "    add  x3, x3, x4\n"
    "    add  x2, x2, #1\n"
    "    msr  cntv_ctl_el0, xzr\n"
    "    isb\n"
    "    msr  s3_0_c12_c12_1, x4\n" // ICC_EOIR1_EL1
    "    eret\n");

static void enable_interrupts(void)
{
    REGISTER(DISTRIBUTOR) = 0x12; // ARE, Group 1
    REGISTER(REDISTRIBUTOR + 0x14) = 0; // GICR_WAKER
    while (REGISTER(REDISTRIBUTOR + 0x14) & 4)
        ;
    REGISTER(PRIVATE_INTERRUPTS + 0x80) = ~0u; // Group 1
    REGISTER(PRIVATE_INTERRUPTS + 0x100) = 1u << TIMER;
    __asm__ volatile(
        "msr s3_0_c12_c12_5, %0\n" // ICC_SRE_EL1
        "isb\n"
        "msr s3_0_c4_c6_0, %1\n"   // ICC_PMR_EL1
        "msr s3_0_c12_c12_7, %2\n" // ICC_IGRPEN1_EL1
        "isb\n"
        "msr cntv_cval_el0, xzr\n"
        "msr daifclr, #2" ::"r"(7ul), "r"(0xf0ul), "r"(1ul));
}

void run(void)
{
    install_vectors();
    enable_interrupts();
    u64 sum;
    __asm__ volatile(
        "    mov  x2, #0\n"
        "    mov  x3, #0\n"
        "1:  add  x5, x2, #1\n"
        "    msr  cntv_ctl_el0, %[enable]\n"
        "    isb\n"
        "2:  cmp  x2, x5\n"
        "    b.lo 2b\n"
        "    cmp  x2, %[rounds]\n"
        "    b.lo 1b\n"
        "    mov  %[sum], x3"
        : [sum] "=r"(sum)
        : [rounds] "r"((u64)ROUNDS), [enable] "r"(1ul)
        : "x2", "x3", "x4", "x5", "cc", "memory");
    check(sum, (u64)ROUNDS * TIMER);
}
