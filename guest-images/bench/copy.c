// Copies and fills of a mebibyte.
#include "bench.h"

static u64 from[131072], to[131072];

void run(void)
{
    for (int round = 0; round < 150; round++) {
        for (u32 i = 0; i < 131072; i++)
            from[i] = (u64)round + i;
        __asm__ volatile("" ::: "memory");
        for (u32 i = 0; i < 131072; i++)
            to[i] = from[i];
        __asm__ volatile("" ::: "memory");
    }
    u64 sum = 0;
    for (u32 i = 0; i < 131072; i++)
        sum += to[i] * (i + 1);
    check(sum, 0x2abd4ab3f0000);
}
