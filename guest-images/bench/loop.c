// An integer loop for measuring the speed of a CPU: 40,000,000 rounds of 10 instructions, one of them a taken branch and no memory access.
#include "bench.h"

void run(void)
{
    u64 result;
    u32 rounds = 40000000;
    __asm__ volatile(
        "    mov  x1, #1\n"
        "    mov  x2, #3\n"
        "    mov  x3, #5\n"
        "    .balign 64\n"
        "1:  add  x1, x1, x2\n"
        "    eor  x3, x3, x1, lsl #7\n"
        "    lsr  x4, x3, #9\n"
        "    add  x2, x2, x4\n"
        "    and  x5, x1, #0xff\n"
        "    orr  x2, x2, x5\n"
        "    cmp  x2, x3\n"
        "    csel x1, x1, x4, lo\n"
        "    subs %w[rounds], %w[rounds], #1\n"
        "    b.ne 1b\n"
        "    eor  %[result], x1, x2"
        : [result] "=r"(result), [rounds] "+r"(rounds)
        :
        : "x1", "x2", "x3", "x4", "x5", "cc");
    check(result, 0x458d1fa31a7adf06);
}
