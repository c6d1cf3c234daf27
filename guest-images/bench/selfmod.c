// Code that changes: a function of seven additions is written anew, called a few times, and written again, as code of a just-in-time compiler that
// patches what it has made.
#include "bench.h"

#define LENGTH 8
#define CALLS 8
#define ROUNDS 30000

#define ADD_X0_X0(immediate) (0x91000000u | (immediate) << 10)
#define RET 0xd65f03c0u

static u32 code[1024] __attribute__((aligned(4096)));

void run(void)
{
    u64 (*function)(u64) = (u64 (*)(u64))code;
    u32 seed = 1;
    u64 sum = 0, expected = 0;
    for (int round = 0; round < ROUNDS; round++) {
        u64 added = 0;
        for (int i = 0; i < LENGTH - 1; i++) {
            u32 immediate = next_random(&seed) & 0xfff;
            code[i] = ADD_X0_X0(immediate);
            added += immediate;
        }
        code[LENGTH - 1] = RET;
        __asm__ volatile(
            "dc cvau, %0\n"
            "dsb ish\n"
            "ic ivau, %0\n"
            "dsb ish\n"
            "isb" ::"r"(code) : "memory");
        for (int call = 0; call < CALLS; call++)
            sum = function(sum);
        expected += CALLS * added;
    }
    check(sum, expected);
}
