namespace Emulator.Interrupts;

/// <summary>A list register: one virtual interrupt as a hypervisor describes it (ICH_LR&lt;n&gt;_EL2).</summary>
/// <param name="Value">The register.</param>
internal readonly record struct GicListRegister(ulong Value)
{
    /// <summary>The bits that are implemented: five of the priority, and a physical INTID of ten bits, as no LPI can be named there.</summary>
    public const ulong Writable = 0xf0f8_03ff_ffff_ffff;

    private const ulong PendingBit = 1ul << 62;
    private const ulong ActiveBit = 1ul << 63;
    private const ulong HardwareBit = 1ul << 61;
    private const ulong GroupBit = 1ul << 60;

    // Without a physical interrupt, a bit of its number asks for a maintenance interrupt at the end.
    private const ulong EndNotificationBit = 1ul << 41;

    public int Id => (int)(uint)Value;

    public int Priority => (int)(Value >> 48) & 0xff;

    public bool IsGroup1 => (Value & GroupBit) != 0;

    /// <summary>True when an end of the virtual interrupt deactivates a physical one.</summary>
    public bool IsHardware => (Value & HardwareBit) != 0;

    public int PhysicalId => (int)(Value >> 32) & 0x3ff;

    public bool IsActive => (Value & ActiveBit) != 0;

    /// <summary>State is 01: pending and not active, which alone competes.</summary>
    public bool IsPendingOnly => (Value & (PendingBit | ActiveBit)) == PendingBit;

    public bool IsInvalid => (Value & (PendingBit | ActiveBit)) == 0;

    /// <summary>The bit of ICH_EISR_EL2.</summary>
    public bool NotifiesEnd => IsInvalid && (Value & (HardwareBit | EndNotificationBit)) == EndNotificationBit;

    /// <summary>The bit of ICH_ELRSR_EL2.</summary>
    public bool IsFree => IsInvalid && !NotifiesEnd;

    public GicListRegister Activated => new((Value & ~PendingBit) | ActiveBit);

    public GicListRegister WithoutPending => new(Value & ~PendingBit);

    public GicListRegister WithoutActive => new(Value & ~ActiveBit);
}
