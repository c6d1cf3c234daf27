// Two million writes of a device's register, and as many reads of it and of another one.
#include "bench.h"

#define UART_FLAGS REGISTER(UART + 0x18)
#define UART_INTEGER_BAUD_RATE REGISTER(UART + 0x24)
#define ROUNDS 2000000

void run(void)
{
    u64 sum = 0, expected = 0;
    for (u32 i = 0; i < ROUNDS; i++) {
        UART_INTEGER_BAUD_RATE = i & 0xffff;
        sum += UART_FLAGS >> 7 & 1; // TXFE: what was sent is gone
        sum += UART_INTEGER_BAUD_RATE;
        expected += 1 + (i & 0xffff);
    }
    check(sum, expected);
}
