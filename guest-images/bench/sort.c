// Heap sort of 32,768 words, again and again: loads, stores, and branches that nobody can predict.
#include "bench.h"

#define COUNT 32768

static u32 values[COUNT];

static void sift(u32 root, u32 end)
{
    u32 value = values[root];
    for (u32 child; (child = 2 * root + 1) < end; root = child) {
        if (child + 1 < end && values[child] < values[child + 1])
            child++;
        if (value >= values[child])
            break;
        values[root] = values[child];
    }
    values[root] = value;
}

void run(void)
{
    u32 seed = 1;
    u64 sum = 0;
    for (int round = 0; round < 36; round++) {
        for (u32 i = 0; i < COUNT; i++)
            values[i] = next_random(&seed);
        for (u32 i = COUNT / 2; i-- > 0;)
            sift(i, COUNT);
        for (u32 end = COUNT - 1; end > 0; end--) {
            u32 top = values[0];
            values[0] = values[end];
            values[end] = top;
            sift(0, end);
        }
        for (u32 i = 0; i < COUNT; i++)
            sum = sum * 31 + values[i];
    }
    check(sum, 0xe1909d47ea42ae13);
}
