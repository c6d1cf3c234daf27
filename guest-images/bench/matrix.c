// Products of 128 x 128 matrices of doubles.
#include "bench.h"

#define SIZE 128

static double a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

__attribute__((optimize("no-tree-vectorize"))) static void multiply(void)
{
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++) {
            double sum = 0;
            for (int k = 0; k < SIZE; k++)
                sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
}

void run(void)
{
    u32 seed = 1;
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++) {
            a[i][j] = next_random(&seed) / 65536.0;
            b[i][j] = next_random(&seed) / 65536.0;
        }
    for (int round = 0; round < 12; round++) {
        multiply();
        a[round][round] = c[round][round];
    }
    u64 sum = 0;
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++)
            sum = (sum << 1 | sum >> 63) ^ bits_of(c[i][j]);
    check(sum, 0x3b90b7d2a52fe4a7);
}
