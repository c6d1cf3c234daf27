using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Timing;

/// <summary>
/// The Arm PrimeCell real-time clock PL031 (TRM DDI 0224): a 32-bit count of seconds, here of virtual time, and a match interrupt.
/// The count steps at whole seconds of the machine's clock, whenever it was set: as in hardware the 1 Hz clock runs free.
/// </summary>
public sealed class Pl031 : WordRegisterDevice, ITimerTarget
{
    /// <summary>Length of the register window in bytes.</summary>
    public const ulong WindowLength = 0x1000;

    private const ulong IdentificationRegisters = 0xfe0;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private static readonly RegisterTable<Pl031> s_registers = new RegisterTable<Pl031>((int)WindowLength)
        .Add(0x000, "RTCDR", RegisterAccess.ReadOnly, (d, _) => d.Count)
        .Add(0x004, "RTCMR", RegisterAccess.ReadWrite, (d, _) => d._match, (d, _, v) => d.SetMatch(v))
        .Add(0x008, "RTCLR", RegisterAccess.ReadWrite, (d, _) => d._load, (d, _, v) => d.SetCount(v))
        .Add(0x00c, "RTCCR", RegisterAccess.ReadOnly, (_, _) => 1, reset: 1) // counts from reset on; only a reset stops it
        .Add(0x010, "RTCIMSC", RegisterAccess.ReadWrite, (d, _) => d._mask, (d, _, v) => d.SetMask(v))
        .Add(0x014, "RTCRIS", RegisterAccess.ReadOnly, (d, _) => d._raw)
        .Add(0x018, "RTCMIS", RegisterAccess.ReadOnly, (d, _) => d._raw & d._mask)
        .Add(0x01c, "RTCICR", RegisterAccess.WriteOnly, write: (d, _, v) => d.Clear(v))
        .Add(0xfe0, "RTCPeriphID, RTCPCellID", RegisterAccess.ReadOnly, (_, i) => Identification[i], count: 8);

    private readonly IInterruptLine _interrupt;
    private readonly IMachineClock _clock;
    private readonly TimerId _matchTimer;
    private readonly uint _epoch;
    private uint _offset;
    private uint _match;
    private uint _load;
    private uint _mask;
    private uint _raw;

    /// <summary>Creates the clock in its reset state.</summary>
    /// <param name="name">A name unique in the machine, for instance <c>pl031@9010000</c>.</param>
    /// <param name="interrupt">RTCINTR.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <param name="unimplemented">Where accesses to undeclared registers are counted.</param>
    /// <param name="epoch">The count at the machine's start, in seconds since 1970-01-01T00:00:00Z.</param>
    public Pl031(string name, IInterruptLine interrupt, IMachineClock clock, UnimplementedAccesses unimplemented, uint epoch)
        : base(name, WindowLength, unimplemented)
    {
        ArgumentNullException.ThrowIfNull(interrupt);
        ArgumentNullException.ThrowIfNull(clock);
        _interrupt = interrupt;
        _clock = clock;
        _epoch = epoch;
        _offset = epoch;
        _matchTimer = clock.Register($"{name}.match", this);
    }

    /// <summary>The registers.</summary>
    internal static RegisterTable<Pl031> Registers => s_registers;

    private static ReadOnlySpan<byte> Identification => [0x31, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

    private uint Count => _offset + (uint)(_clock.Now.Nanoseconds / NanosecondsPerSecond);

    /// <inheritdoc/>
    public void OnTimer(TimerId timer)
    {
        _raw = 1;
        UpdateInterrupt();
    }

    /// <inheritdoc/>
    /// <remarks>The time that a guest has set stays over a warm reset, as in a part whose supply stays on.</remarks>
    public override void Reset(ResetKind kind)
    {
        if (kind == ResetKind.Cold)
        {
            _offset = _epoch;
            _load = 0;
        }

        _match = 0;
        _mask = 0;
        _raw = 0;
        _clock.Disarm(_matchTimer);
        UpdateInterrupt();
    }

    /// <inheritdoc/>
    public override void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(Name, 1);
        writer.Write(_offset);
        writer.Write(_match);
        writer.Write(_load);
        writer.Write(_mask);
        writer.Write(_raw);
    }

    /// <inheritdoc/>
    public override void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(Name, 1);
        _offset = reader.ReadUInt32();
        _match = reader.ReadUInt32();
        _load = reader.ReadUInt32();
        _mask = reader.ReadUInt32();
        _raw = reader.ReadUInt32();
    }

    /// <inheritdoc/>
    protected override bool TryReadRegister(ulong offset, out uint value)
    {
        value = 0;
        return IsAnswered(offset) && s_registers.TryRead(this, offset, out value);
    }

    /// <inheritdoc/>
    protected override bool TryWriteRegister(ulong offset, uint value) => IsAnswered(offset) && s_registers.TryWrite(this, offset, value);

    // RTCDR moves by time alone.
    /// <inheritdoc/>
    protected override bool IsPollableRegister(ulong offset) => offset >= 4 && IsAnswered(offset) && s_registers.Find(offset) is not null;

    // As on QEMU a narrow access reaches a register at its first byte only; the identification answers at each.
    private static bool IsAnswered(ulong offset) => offset % 4 == 0 || offset >= IdentificationRegisters;

    private void SetCount(uint value)
    {
        _load = value;
        _offset += value - Count;
        ArmMatch();
    }

    private void SetMatch(uint value)
    {
        _match = value;
        ArmMatch();
    }

    private void SetMask(uint value)
    {
        _mask = value & 1;
        UpdateInterrupt();
    }

    private void Clear(uint value)
    {
        _raw &= ~value;
        UpdateInterrupt();
    }

    private void ArmMatch()
    {
        uint seconds = _match - Count;
        if (seconds == 0)
        {
            _clock.Disarm(_matchTimer);
            _raw = 1;
            UpdateInterrupt();
            return;
        }

        long sinceStep = _clock.Now.Nanoseconds % NanosecondsPerSecond;
        _clock.Arm(_matchTimer, _clock.Now.After((seconds * NanosecondsPerSecond) - sinceStep));
    }

    private void UpdateInterrupt() => _interrupt.Set((_raw & _mask) != 0);
}
