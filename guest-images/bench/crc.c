// CRC-32 by table over 64 KiB, again and again: a chain of loads.
#include "bench.h"

static u32 table[256];
static u8 data[65536];

void run(void)
{
    for (u32 i = 0; i < 256; i++) {
        u32 value = i;
        for (int bit = 0; bit < 8; bit++)
            value = (value >> 1) ^ (value & 1 ? 0xedb88320u : 0);
        table[i] = value;
    }
    u32 seed = 1;
    for (u32 i = 0; i < sizeof(data); i++)
        data[i] = (u8)next_random(&seed);
    u32 crc = ~0u;
    for (int round = 0; round < 500; round++)
        for (u32 i = 0; i < sizeof(data); i++)
            crc = (crc >> 8) ^ table[(u8)(crc ^ data[i])];
    check(crc, 0xaca2a11a);
}
