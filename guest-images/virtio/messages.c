// Drives the message-signalled interrupts of virtio-mmio: every command, both modes of "v2" and Dragonball's layout, whichever the devices have, with messages
// through the GICv3's translation service or a GICv2m frame. Needs an entropy device and a disk with two queues. A line for each check, and the sum.
#include "../bench/bench.h"
#include "interrupts.h"
#include "device.h"

#define SECTOR 512

static struct device entropy, disk;
static u32 passed, failed;
static volatile u32 last_causes;

static volatile u8 buffer[SECTOR];
static volatile struct { u32 type, reserved; u64 sector; } header;
static volatile u8 block_status;

static void interrupt_taken(u32 intid)
{
    if (intid == FIRST_WIRE + entropy.slot)
        last_causes = acknowledge_wire(&entropy);
    if (intid == FIRST_WIRE + disk.slot)
        last_causes = acknowledge_wire(&disk);
}

static void print_hex(u64 value)
{
    int shift = 60;
    while (shift > 0 && value >> shift == 0)
        shift -= 4;
    print("0x");
    for (; shift >= 0; shift -= 4)
        REGISTER(UART) = (u8)"0123456789abcdef"[value >> shift & 15];
}

static void print_decimal(u64 value)
{
    if (value >= 10)
        print_decimal(value / 10);
    REGISTER(UART) = (u8)('0' + value % 10);
}

static void expect(const char *what, u64 got, u64 wanted)
{
    print(got == wanted ? "ok      " : "FAILED  ");
    print(what);
    if (got != wanted) {
        print(": ");
        print_hex(got);
        print(" and not ");
        print_hex(wanted);
        failed++;
    } else {
        passed++;
    }
    print("\n");
}

// Long enough for all that is under way.
static void settle(void)
{
    u64 end = now() + ticks_of_microseconds(50);
    while (now() < end)
        ;
}

// How often an interrupt has come since it was last asked for.
static u32 taken(u32 intid)
{
    settle();
    u32 count = interrupts[intid];
    interrupts[intid] = 0;
    return count;
}

static u32 messages(struct device *device, u32 event) { return taken(message_of(device->index, event).intid); }

static u32 wires(struct device *device) { return taken(FIRST_WIRE + device->slot); }

static int is_used(struct device *device, u32 queue)
{
    volatile struct ring *ring = device->rings[queue];
    u64 end = now() + ticks_of_microseconds(1000);
    while (ring->used_index != ring->available_index && now() < end)
        ;
    return ring->used_index == ring->available_index;
}

// One request for random numbers, to its end.
static int ask(void)
{
    describe(&entropy, 0, 0, buffer, 16, WRITABLE);
    notify(&entropy, 0);
    return is_used(&entropy, 0);
}

static int transfer(u32 queue, u32 type, u64 sector)
{
    header.type = type;
    header.sector = sector;
    describe(&disk, queue, 0, &header, sizeof header, NEXT);
    describe(&disk, queue, 1, buffer, SECTOR, NEXT | (type == 0 ? WRITABLE : 0));
    describe(&disk, queue, 2, &block_status, 1, WRITABLE);
    block_status = 0xff;
    notify(&disk, queue);
    return is_used(&disk, queue) && block_status == 0;
}

static void start_device(struct device *device)
{
    (void)negotiate(device);
    start_queues(device);
    start_vectors(device);
    map_vectors(device);
    set_status(device, DRIVER_OK);
}

static void check_identification(void)
{
    enum layout layout = negotiate(&entropy);
    print(layout == MAPPED ? "v2, mapped vectors\n" : layout == FIXED ? "v2, fixed vectors\n" : layout == DRAGONBALL ? "Dragonball\n" : "no messages\n");
    expect("status after features", TRANSPORT(&entropy, 0x070), ACKNOWLEDGE | DRIVER | FEATURES_OK);
    if (layout == DRAGONBALL) {
        expect("messages are supported", *(volatile u16 *)(entropy.base + 0x0c0), 0x8000);
    } else {
        expect("vectors", TRANSPORT(&entropy, 0x0c0), 2);
        expect("state before messages are enabled", TRANSPORT(&entropy, 0x0c4), layout == MAPPED ? 0x40000002 : 0);
    }
    expect("doorbells apart", entropy.doorbell_distance != 0 && entropy.doorbells != entropy.base + 0x50, 1);
}

static void check_wire(void)
{
    (void)negotiate(&entropy);
    start_queues(&entropy);
    set_status(&entropy, DRIVER_OK);
    last_causes = 0;
    expect("request by wire", ask(), 1);
    expect("wire", wires(&entropy), 1);
    expect("its cause", last_causes, 1);
    expect("no message by wire", messages(&entropy, 1), 0);
}

static void check_messages(void)
{
    (void)negotiate(&entropy);
    start_queues(&entropy);
    start_vectors(&entropy);
    if (entropy.layout != DRAGONBALL)
        expect("enabled", TRANSPORT(&entropy, 0x0c4) & 0x80000001, 0x80000001);
    set_status(&entropy, DRIVER_OK);
    if (entropy.layout == MAPPED) {
        expect("request without vector", ask(), 1);
        expect("it has no message", messages(&entropy, 1), 0);
        map_vectors(&entropy);
    }
    expect("request", ask(), 1);
    expect("its message", messages(&entropy, 1), 1);
    TRANSPORT(&entropy, 0x050) = 0; // QueueNotify serves, too; there is nothing new.
    expect("no message for nothing", messages(&entropy, 1), 0);
    for (u32 i = 0; i < 100; i++)
        (void)ask();
    expect("100 messages", messages(&entropy, 1), 100);
    expect("no wire", wires(&entropy), 0);
    expect("InterruptStatus is still", TRANSPORT(&entropy, 0x060), 0);
}

static void check_masks(void)
{
    message_command(&entropy, MASK, 1);
    expect("request while masked", ask(), 1);
    expect("masked message", messages(&entropy, 1), 0);
    message_command(&entropy, UNMASK, 1);
    expect("message when unmasked", messages(&entropy, 1), 1);
    message_command(&entropy, MASK, 1);
    message_command(&entropy, UNMASK, 1);
    expect("nothing was pending", messages(&entropy, 1), 0);
    message_command(&entropy, MASK, 1);
    (void)ask();
    (void)ask();
    (void)ask();
    message_command(&entropy, UNMASK, 1);
    expect("one message for three events", messages(&entropy, 1), 1);
    message_command(&entropy, MASK, 0);
    (void)ask();
    expect("another vector's mask", messages(&entropy, 1), 1);
    message_command(&entropy, UNMASK, 0);
}

static void check_configuration_of_vectors(void)
{
    configure_vector(&entropy, 1, 5);
    (void)ask();
    expect("vector with a new message", messages(&entropy, 5), 1);
    expect("its old message", messages(&entropy, 1), 0);
    message_command(&entropy, MASK, 1);
    (void)ask();
    configure_vector(&entropy, 1, 6);
    message_command(&entropy, UNMASK, 1);
    expect("message that was pending goes where it goes now", messages(&entropy, 6), 1);
    configure_vector(&entropy, 77, 7);
    message_command(&entropy, UNMASK, 77);
    expect("vector that is not there", messages(&entropy, 7), 0);
    configure_vector(&entropy, 1, 1);
    if (entropy.layout == MAPPED) {
        map_queue(&entropy, 0, 0);
        (void)ask();
        expect("queue at the configuration's vector", messages(&entropy, 0), 1);
        map_queue(&entropy, 0, NO_VECTOR);
        (void)ask();
        expect("queue without vector", messages(&entropy, 0) + messages(&entropy, 1), 0);
        map_queue(&entropy, 0, 1);
    }
    (void)ask();
    expect("vector as it was", messages(&entropy, 1), 1);
}

static void check_switching(void)
{
    if (entropy.layout == DRAGONBALL) {
        message_command(&entropy, DISABLE, 0);
        expect("too late to switch off", TRANSPORT(&entropy, 0x070) & FAILED, FAILED);
        start_device(&entropy);
    } else {
        message_command(&entropy, DISABLE, 0);
        expect("disabled", TRANSPORT(&entropy, 0x0c4) & 0x80000001, 0);
        (void)ask();
        expect("wire again", wires(&entropy), 1);
        expect("no message", messages(&entropy, 1), 0);
        message_command(&entropy, ENABLE, 0);
    }
    (void)ask();
    expect("messages again", messages(&entropy, 1), 1);
}

static void check_queues(void)
{
    start_device(&disk);
    expect("queues of the disk", disk.queues, 2);
    for (u32 i = 0; i < SECTOR; i++)
        buffer[i] = (u8)(i * 7);
    expect("write by the first queue", transfer(0, 1, 3), 1);
    expect("first queue's message", messages(&disk, 1), 1);
    expect("second queue's message", messages(&disk, 2), 0);
    for (u32 i = 0; i < SECTOR; i++)
        buffer[i] = 0;
    expect("read by the second queue", transfer(1, 0, 3), 1);
    expect("first queue's message", messages(&disk, 1), 0);
    expect("second queue's message", messages(&disk, 2), 1);
    u32 wrong = 0;
    for (u32 i = 0; i < SECTOR; i++)
        wrong += buffer[i] != (u8)(i * 7);
    expect("wrong bytes", wrong, 0);
    if (disk.layout == MAPPED) {
        map_queue(&disk, 1, 1);
        (void)transfer(0, 0, 0);
        (void)transfer(1, 0, 0);
        expect("two queues share a vector", messages(&disk, 1), 2);
    }
    expect("no wire of the disk", wires(&disk), 0);
    expect("the other device's message", messages(&entropy, 1), 0);
}

static void check_change_of_configuration(void)
{
    entropy.rings[0]->available_index += QUEUE_SIZE + 1; // a driver's mistake
    REGISTER(entropy.doorbells) = 0;
    settle();
    expect("device needs a reset", TRANSPORT(&entropy, 0x070) & NEEDS_RESET, NEEDS_RESET);
    expect("configuration's message", messages(&entropy, 0), 1);
    expect("queue's message", messages(&entropy, 1), 0);
}

static void check_reset(void)
{
    (void)negotiate(&entropy);
    if (entropy.layout != DRAGONBALL)
        expect("reset switches off", TRANSPORT(&entropy, 0x0c4) & 0x80000001, 0);
    start_queues(&entropy);
    set_status(&entropy, DRIVER_OK);
    (void)ask();
    expect("wire after a reset", wires(&entropy), 1);
    start_device(&entropy);
    (void)ask();
    expect("message after a reset", messages(&entropy, 1), 1);
}

static void discard_event(u32 device, u32 event) { command(0x0f | (u64)device << 32, event, 0); }

// The interrupt's way through the translation service: it knows the device by its transport.
static void check_translation(void)
{
    u32 device = FIRST_DEVICE + entropy.slot;
    u32 lpi = message_of(entropy.index, 1).intid;
    enable_lpi(device, 1, lpi, 0);
    (void)ask();
    expect("disabled LPI", messages(&entropy, 1), 0);
    enable_lpi(device, 1, lpi, 1);
    expect("it was pending", messages(&entropy, 1), 1);
    discard_event(device, 1);
    synchronize();
    (void)ask();
    expect("discarded event", messages(&entropy, 1), 0);
    map_event(device, 1, lpi);
    synchronize();
    (void)ask();
    expect("mapped event", messages(&entropy, 1), 1);
    map_device(device, 0, 0);
    synchronize();
    (void)ask();
    expect("device that is not mapped", messages(&entropy, 1), 0);
    (void)transfer(0, 0, 0);
    expect("device that is", messages(&disk, 1), 1);
    map_device(device, event_tables[entropy.index], 1);
    map_event(device, 1, lpi + 1);
    enable_lpi(device, 1, lpi + 1, 1);
    (void)ask();
    expect("event at another LPI", messages(&entropy, 2), 1);
}

void run(void)
{
    start_interrupts();
    if (!find_device(&entropy, ENTROPY, 0) || !find_device(&disk, BLOCK, 1)) {
        print("FAIL, no entropy device or no disk with the registers of version 2\n");
        return;
    }
    start_messages(FIRST_DEVICE + entropy.slot, 0);
    start_messages(FIRST_DEVICE + disk.slot, 1);
    check_identification();
    check_wire();
    if (entropy.layout == WIRE) {
        print("FAIL, there are no messages\n");
        return;
    }
    check_messages();
    check_masks();
    check_configuration_of_vectors();
    check_switching();
    check_queues();
    check_change_of_configuration();
    check_reset();
    if (has_gicv3())
        check_translation();
    u32 stray = 0;
    for (u32 intid = 0; intid < INTIDS; intid++)
        stray += interrupts[intid];
    expect("stray interrupts", stray, 0);
    print(failed == 0 ? "PASS, " : "FAIL, ");
    print_decimal(passed);
    print(" checks passed, ");
    print_decimal(failed);
    print(" failed\n");
}
