// Measures interrupts: requests for random numbers one by one, each awaited by its interrupt, which comes by message where the entropy device has messages and by
// wire elsewhere. Tells how many ticks of the virtual counter passed from the notification to the handler, over all of them.
#include "../bench/bench.h"
#include "interrupts.h"
#include "device.h"

#define REQUESTS 100000

static struct device entropy;
static volatile u32 arrived;
static u64 ticks, notified;
static volatile u8 buffer[16];

static void interrupt_taken(u32 intid)
{
    ticks += now() - notified;
    if (entropy.layout == WIRE)
        (void)acknowledge_wire(&entropy);
    arrived++;
}

static void print_decimal(u64 value)
{
    if (value >= 10)
        print_decimal(value / 10);
    REGISTER(UART) = (u8)('0' + value % 10);
}

void run(void)
{
    start_interrupts();
    if (!find_device(&entropy, ENTROPY, 0)) {
        print("wrong, no entropy device with the registers of version 2\n");
        return;
    }
    start_messages(FIRST_DEVICE + entropy.slot, 0);
    (void)negotiate(&entropy);
    start_queues(&entropy);
    if (entropy.layout != WIRE) {
        start_vectors(&entropy);
        map_vectors(&entropy);
    }
    set_status(&entropy, DRIVER_OK);
    describe(&entropy, 0, 0, buffer, sizeof buffer, WRITABLE);
    for (u32 request = 0; request < REQUESTS; request++) {
        __asm__ volatile("msr daifset, #2");
        notified = now();
        notify(&entropy, 0);
        while (arrived == request)
            __asm__ volatile("wfi\n"
                             "msr daifclr, #2\n"
                             "isb\n"
                             "msr daifset, #2" ::: "memory");
    }
    print(entropy.layout == WIRE ? "wires: " : "messages: ");
    print_decimal(arrived);
    print(", ticks: ");
    print_decimal(ticks);
    print("\n");
    check(arrived + entropy.rings[0]->used_index, REQUESTS + (u16)REQUESTS);
}
