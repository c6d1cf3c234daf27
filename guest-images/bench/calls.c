// Recursion, and calls through a table of functions.
#include "bench.h"

typedef u64 (*operation)(u64, u64);

__attribute__((noinline)) static u64 fibonacci(u64 n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
__attribute__((noinline)) static u64 add(u64 a, u64 b) { return a + b; }
__attribute__((noinline)) static u64 subtract(u64 a, u64 b) { return a - b; }
__attribute__((noinline)) static u64 mix(u64 a, u64 b) { return (a << 1) ^ b; }
__attribute__((noinline)) static u64 shift(u64 a, u64 b) { return (a >> 1) + b; }

void run(void)
{
    operation volatile operations[4];
    operations[0] = add;
    operations[1] = subtract;
    operations[2] = mix;
    operations[3] = shift;
    u32 seed = 1;
    u64 value = 1;
    u64 result = fibonacci(31);
    for (int i = 0; i < 10000000; i++)
        value = operations[next_random(&seed) & 3](value, (u64)i);
    check(result + value, 0x2fefc125787bdb);
}
