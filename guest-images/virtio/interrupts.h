// Interrupts of the virt board, by wire and by message: a GICv3 with its translation service, or a GICv2 with a GICv2m frame, whichever is there.
// Every interrupt that is taken is counted by its INTID, and told to the guest by 'interrupt_taken'.

#define DISTRIBUTOR 0x08000000ul
#define CPU_INTERFACE 0x08010000ul
#define MESSAGE_FRAME 0x08020000ul
#define TRANSLATION_SERVICE 0x08080000ul
#define REDISTRIBUTOR 0x080a0000ul

#define FIRST_LPI 8192
#define MESSAGES_PER_DEVICE 8
#define MESSAGES 64
#define INTIDS (FIRST_LPI + MESSAGES)
#define PRIORITY 0xa0

#define REGISTER64(address) (*(volatile u64 *)(u64)(address))

// A message-signalled interrupt: what a device writes where, and the interrupt that comes of it.
struct message {
    u64 address;
    u32 data;
    u32 intid;
};

static volatile u32 interrupts[INTIDS];

// The guest's own part of the handler.
static void interrupt_taken(u32 intid);

__asm__(
    ".text\n"
    ".balign 2048\n"
    "vectors:\n"
    "    .skip 0x280\n"
    "    stp  x0, x1, [sp, #-176]!\n"
    "    stp  x2, x3, [sp, #16]\n"
    "    stp  x4, x5, [sp, #32]\n"
    "    stp  x6, x7, [sp, #48]\n"
    "    stp  x8, x9, [sp, #64]\n"
    "    stp  x10, x11, [sp, #80]\n"
    "    stp  x12, x13, [sp, #96]\n"
    "    stp  x14, x15, [sp, #112]\n"
    "    stp  x16, x17, [sp, #128]\n"
    "    stp  x18, x30, [sp, #144]\n"
    "    bl   take_interrupt\n"
    "    ldp  x2, x3, [sp, #16]\n"
    "    ldp  x4, x5, [sp, #32]\n"
    "    ldp  x6, x7, [sp, #48]\n"
    "    ldp  x8, x9, [sp, #64]\n"
    "    ldp  x10, x11, [sp, #80]\n"
    "    ldp  x12, x13, [sp, #96]\n"
    "    ldp  x14, x15, [sp, #112]\n"
    "    ldp  x16, x17, [sp, #128]\n"
    "    ldp  x18, x30, [sp, #144]\n"
    "    ldp  x0, x1, [sp], #176\n"
    "    eret\n");

static inline int has_gicv3(void)
{
    u64 features;
    __asm__ volatile("mrs %0, id_aa64pfr0_el1" : "=r"(features));
    return (features >> 24 & 15) != 0;
}

void take_interrupt(void)
{
    u64 intid;
    int v3 = has_gicv3();
    if (v3)
        __asm__ volatile("mrs %0, s3_0_c12_c12_0" : "=r"(intid)); // ICC_IAR1_EL1
    else
        intid = REGISTER(CPU_INTERFACE + 0x0c) & 0x3ff; // GICC_IAR
    if (intid < INTIDS && intid != 1023) {
        interrupts[intid]++;
        interrupt_taken((u32)intid);
        if (v3)
            __asm__ volatile("msr s3_0_c12_c12_1, %0" ::"r"(intid)); // ICC_EOIR1_EL1
        else
            REGISTER(CPU_INTERFACE + 0x10) = (u32)intid; // GICC_EOIR
    }
}

// Memory for tables and rings, above the image; it is zero.
static u64 allocate(u64 length, u64 alignment)
{
    static u64 next = 0x42000000;
    u64 start = (next + alignment - 1) & ~(alignment - 1);
    next = start + length;
    for (u64 at = start; at < next; at += 8)
        REGISTER64(at) = 0;
    return start;
}

// Commands of the translation service (GICv3 architecture, "ITS commands"); each takes effect before the function returns.

#define VALID (1ul << 63)

static void command(u64 first, u64 second, u64 third)
{
    static u64 queue, offset;
    if (!queue) {
        queue = allocate(0x10000, 0x10000);
        REGISTER64(TRANSLATION_SERVICE + 0x80) = VALID | queue | 15; // GITS_CBASER
        REGISTER64(TRANSLATION_SERVICE + 0x88) = 0;                  // GITS_CWRITER
        REGISTER(TRANSLATION_SERVICE) = 1;                           // GITS_CTLR
    }
    REGISTER64(queue + offset) = first;
    REGISTER64(queue + offset + 8) = second;
    REGISTER64(queue + offset + 16) = third;
    REGISTER64(queue + offset + 24) = 0;
    offset = (offset + 32) % 0x10000;
    __asm__ volatile("dsb sy" ::: "memory");
    REGISTER64(TRANSLATION_SERVICE + 0x88) = offset;
    while (REGISTER64(TRANSLATION_SERVICE + 0x90) != offset) // GITS_CREADR
        ;
}

static void synchronize(void) { command(0x05, 0, 0); }

static void map_device(u32 device, u64 table, int valid) { command(0x08 | (u64)device << 32, 2, table | (valid ? VALID : 0)); } // three bits of event ids

static void map_collection(u32 collection, u64 target) { command(0x09, 0, collection | target << 16 | VALID); }

static void map_event(u32 device, u32 event, u32 intid) { command(0x0a | (u64)device << 32, event | (u64)intid << 32, 0); }

static u64 lpi_configuration;

// Writes an LPI's entry in the configuration table and lets the redistributor read it again (INV).
static void enable_lpi(u32 device, u32 event, u32 intid, int enabled)
{
    *(volatile u8 *)(lpi_configuration + intid - FIRST_LPI) = (u8)(PRIORITY | enabled);
    __asm__ volatile("dsb sy" ::: "memory");
    command(0x0c | (u64)device << 32, event, 0);
    synchronize();
}

static void start_lpis(void)
{
    lpi_configuration = allocate(8192, 0x10000);
    REGISTER64(REDISTRIBUTOR + 0x70) = lpi_configuration | 13;                    // GICR_PROPBASER: INTIDs of 14 bits
    REGISTER64(REDISTRIBUTOR + 0x78) = allocate(0x10000, 0x10000) | 1ul << 62;    // GICR_PENDBASER: nothing is pending
    REGISTER(REDISTRIBUTOR) = 1;                                                  // GICR_CTLR.EnableLPIs
    for (u64 base = TRANSLATION_SERVICE + 0x100; base < TRANSLATION_SERVICE + 0x140; base += 8) { // GITS_BASER<n>
        u64 type = REGISTER64(base) >> 56 & 7;
        u64 entry_length = (REGISTER64(base) >> 48 & 31) + 1;
        u64 entries = type == 1 ? 1ul << 17 : 1; // Devices: those of PCI, and the transports behind them. Collections.
        u64 pages = (entries * entry_length + 0xffff) / 0x10000;
        if (type == 1 || type == 4)
            REGISTER64(base) = VALID | allocate(pages * 0x10000, 0x10000) | 2ul << 8 | (pages - 1);
    }
    map_collection(0, 0);
    synchronize();
}

static void start_interrupts(void)
{
    __asm__ volatile(
        "adr x0, vectors\n"
        "msr vbar_el1, x0\n"
        "isb" ::: "x0", "memory");
    if (has_gicv3()) {
        REGISTER(DISTRIBUTOR) = 0x12;        // GICD_CTLR: ARE, Group 1
        REGISTER(REDISTRIBUTOR + 0x14) = 0;  // GICR_WAKER
        while (REGISTER(REDISTRIBUTOR + 0x14) & 4)
            ;
        start_lpis();
        __asm__ volatile(
            "msr s3_0_c12_c12_5, %0\n" // ICC_SRE_EL1
            "isb\n"
            "msr s3_0_c4_c6_0, %1\n"   // ICC_PMR_EL1
            "msr s3_0_c12_c12_7, %2\n" // ICC_IGRPEN1_EL1
            "isb" ::"r"(7ul), "r"(0xf0ul), "r"(1ul));
    } else {
        REGISTER(DISTRIBUTOR) = 1;          // GICD_CTLR
        REGISTER(CPU_INTERFACE + 4) = 0xf0; // GICC_PMR
        REGISTER(CPU_INTERFACE) = 1;        // GICC_CTLR
    }
    __asm__ volatile("msr daifclr, #2");
}

// A rising edge on a wire is an interrupt.
static void enable_spi(u32 intid)
{
    u32 bit = 1u << intid % 32;
    REGISTER(DISTRIBUTOR + 0xc00 + intid / 16 * 4) |= 2u << intid % 16 * 2; // GICD_ICFGR<n>
    if (has_gicv3()) {
        REGISTER(DISTRIBUTOR + 0x080 + intid / 32 * 4) |= bit; // GICD_IGROUPR<n>
        REGISTER64(DISTRIBUTOR + 0x6000 + intid * 8) = 0;      // GICD_IROUTER<n>
    } else {
        *(volatile u8 *)(DISTRIBUTOR + 0x800 + intid) = 1;     // GICD_ITARGETSR<n>
    }
    REGISTER(DISTRIBUTOR + 0x100 + intid / 32 * 4) = bit;      // GICD_ISENABLER<n>
}

// Makes the messages of a device ready; 'index' numbers the devices that have some.
static u64 event_tables[MESSAGES / MESSAGES_PER_DEVICE];

static void start_messages(u32 device, u32 index)
{
    if (has_gicv3()) {
        event_tables[index] = allocate(MESSAGES_PER_DEVICE * 16, 256);
        map_device(device, event_tables[index], 1);
    }
    for (u32 event = 0; event < MESSAGES_PER_DEVICE; event++) {
        u32 number = index * MESSAGES_PER_DEVICE + event;
        if (has_gicv3()) {
            map_event(device, event, FIRST_LPI + number);
            enable_lpi(device, event, FIRST_LPI + number, 1);
        } else {
            enable_spi((REGISTER(MESSAGE_FRAME + 8) >> 16) + number); // MSI_TYPER
        }
    }
}

static struct message message_of(u32 index, u32 event)
{
    u32 number = index * MESSAGES_PER_DEVICE + event;
    if (has_gicv3())
        return (struct message){ TRANSLATION_SERVICE + 0x10040, event, FIRST_LPI + number }; // GITS_TRANSLATER
    u32 intid = (REGISTER(MESSAGE_FRAME + 8) >> 16) + number;
    return (struct message){ MESSAGE_FRAME + 0x40, intid, intid }; // MSI_SETSPI_NS
}

// Time: the virtual counter.

static inline u64 now(void)
{
    u64 count;
    __asm__ volatile("isb\n"
                     "mrs %0, cntvct_el0" : "=r"(count) :: "memory");
    return count;
}

static inline u64 ticks_of_microseconds(u64 microseconds)
{
    u64 frequency;
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
    return frequency * microseconds / 1000000;
}
