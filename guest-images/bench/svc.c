// Two million exceptions of EL1, each returned from at once.
#include "bench.h"

#define ROUNDS 2000000

VECTORS(0x200, "    add  x2, x2, #1\n"
               "    eret\n");

void run(void)
{
    install_vectors();
    u64 taken;
    u32 rounds = ROUNDS;
    __asm__ volatile(
        "    mov  x2, #0\n"
        "1:  svc  #0\n"
        "    subs %w[rounds], %w[rounds], #1\n"
        "    b.ne 1b\n"
        "    mov  %[taken], x2"
        : [taken] "=r"(taken), [rounds] "+r"(rounds)
        :
        : "x2", "cc");
    check(taken, ROUNDS);
}
