using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Gpio;

/// <summary>
/// The Arm PrimeCell GPIO PL061 (TRM DDI 0190): eight lines, each an input that can interrupt by edge or level, or an output. A line
/// that the guest does not drive is low at the outside, as QEMU's <c>virt</c> pulls it.
/// </summary>
/// <remarks>
/// Unlike QEMU 7.2, and as the manual has it, a level interrupt lasts as long as its level, and outputs do not interrupt.
/// </remarks>
public sealed class Pl061 : WordRegisterDevice
{
    /// <summary>Number of lines.</summary>
    public const int LineCount = 8;

    /// <summary>Length of the register window in bytes.</summary>
    public const ulong WindowLength = 0x1000;

    private const ulong DataRegistersEnd = 0x400;
    private const ulong IdentificationRegisters = 0xfd0;

    private static readonly RegisterTable<Pl061> s_registers = new RegisterTable<Pl061>((int)WindowLength)
        .Add(0x000, "GPIODATA", RegisterAccess.ReadWrite, (d, mask) => d.ReadData(mask), (d, mask, v) => d.WriteData(mask, v), count: 0x100)
        .Add(0x400, "GPIODIR", RegisterAccess.ReadWrite, (d, _) => d._direction, (d, _, v) => d.SetDirection((byte)v))
        .Add(0x404, "GPIOIS", RegisterAccess.ReadWrite, (d, _) => d._levelSense, (d, _, v) => d.SetSense(ref d._levelSense, v))
        .Add(0x408, "GPIOIBE", RegisterAccess.ReadWrite, (d, _) => d._bothEdges, (d, _, v) => d.SetSense(ref d._bothEdges, v))
        .Add(0x40c, "GPIOIEV", RegisterAccess.ReadWrite, (d, _) => d._event, (d, _, v) => d.SetSense(ref d._event, v))
        .Add(0x410, "GPIOIE", RegisterAccess.ReadWrite, (d, _) => d._mask, (d, _, v) => d.SetSense(ref d._mask, v))
        .Add(0x414, "GPIORIS", RegisterAccess.ReadOnly, (d, _) => d.Raw)
        .Add(0x418, "GPIOMIS", RegisterAccess.ReadOnly, (d, _) => d.Raw & d._mask)
        .Add(0x41c, "GPIOIC", RegisterAccess.WriteOnly, write: (d, _, v) => d.ClearEdges((byte)v))
        .Add(0x420, "GPIOAFSEL", RegisterAccess.ReadWrite, (d, _) => d._alternate, (d, _, v) => d._alternate = (byte)v)
        .Add(0xfd0, "GPIOPeriphID, GPIOPCellID", RegisterAccess.ReadOnly, (_, i) => Identification[i], count: 12);

    private readonly IInterruptLine _interrupt;
    private readonly IInterruptLine?[] _outputLines = new IInterruptLine?[LineCount];
    private byte _inputs;
    private byte _outputs;
    private byte _direction;
    private byte _levelSense;
    private byte _bothEdges;
    private byte _event;
    private byte _mask;
    private byte _edges;
    private byte _alternate;

    /// <summary>Creates the controller in its reset state, all inputs low.</summary>
    /// <param name="name">A name unique in the machine, for instance <c>pl061@9030000</c>.</param>
    /// <param name="interrupt">GPIOINTR, the combined interrupt.</param>
    /// <param name="unimplemented">Where accesses to undeclared registers are counted.</param>
    public Pl061(string name, IInterruptLine interrupt, UnimplementedAccesses unimplemented)
        : base(name, WindowLength, unimplemented)
    {
        ArgumentNullException.ThrowIfNull(interrupt);
        _interrupt = interrupt;
    }

    /// <summary>The levels the guest drives, a bit for each line; lines that are inputs count as low.</summary>
    public byte Outputs => (byte)(_outputs & _direction);

    /// <summary>The registers.</summary>
    internal static RegisterTable<Pl061> Registers => s_registers;

    private static ReadOnlySpan<byte> Identification => [0, 0, 0, 0, 0x61, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

    private byte Pins => (byte)((_inputs & ~_direction) | (_outputs & _direction));

    private uint Raw => (uint)((_edges & ~_levelSense) | (~(_inputs ^ _event) & _levelSense & ~_direction & 0xff));

    /// <summary>The wire into a line, for a button or another device.</summary>
    /// <param name="line">The line, 0 to 7.</param>
    public IInterruptLine Input(int line)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(line);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(line, LineCount);
        return new InputLine(this, (byte)(1 << line));
    }

    /// <summary>Connects what a line drives when the guest makes it an output.</summary>
    /// <param name="line">The line, 0 to 7.</param>
    /// <param name="target">What it drives.</param>
    public void ConnectOutput(int line, IInterruptLine target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(line);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(line, LineCount);
        ArgumentNullException.ThrowIfNull(target);
        _outputLines[line] = target;
    }

    /// <inheritdoc/>
    /// <remarks>What is outside keeps driving the inputs.</remarks>
    public override void Reset(ResetKind kind)
    {
        byte before = Outputs;
        _outputs = 0;
        _direction = 0;
        _levelSense = 0;
        _bothEdges = 0;
        _event = 0;
        _mask = 0;
        _edges = 0;
        _alternate = 0;
        DriveOutputs(before);
        UpdateInterrupt();
    }

    /// <inheritdoc/>
    public override void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(Name, 1);
        writer.Write(_inputs);
        writer.Write(_outputs);
        writer.Write(_direction);
        writer.Write(_levelSense);
        writer.Write(_bothEdges);
        writer.Write(_event);
        writer.Write(_mask);
        writer.Write(_edges);
        writer.Write(_alternate);
    }

    /// <inheritdoc/>
    public override void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(Name, 1);
        _inputs = reader.ReadByte();
        _outputs = reader.ReadByte();
        _direction = reader.ReadByte();
        _levelSense = reader.ReadByte();
        _bothEdges = reader.ReadByte();
        _event = reader.ReadByte();
        _mask = reader.ReadByte();
        _edges = reader.ReadByte();
        _alternate = reader.ReadByte();
    }

    /// <inheritdoc/>
    protected override bool TryReadRegister(ulong offset, out uint value)
    {
        value = 0;
        return IsAnswered(offset) && s_registers.TryRead(this, offset, out value);
    }

    /// <inheritdoc/>
    protected override bool TryWriteRegister(ulong offset, uint value) => IsAnswered(offset) && s_registers.TryWrite(this, offset, value);

    /// <inheritdoc/>
    protected override bool IsPollableRegister(ulong offset) => IsAnswered(offset) && s_registers.Find(offset) is not null;

    // As on QEMU a narrow access reaches a register at its first byte only; data and identification answer at each.
    private static bool IsAnswered(ulong offset) => offset % 4 == 0 || offset is < DataRegistersEnd or >= IdentificationRegisters;

    // Section 3.3.1: address bits 9 to 2 say which lines an access to GPIODATA means; they are the register's index.
    private uint ReadData(int mask) => (uint)(Pins & mask);

    private void WriteData(int mask, uint value)
    {
        byte before = Outputs;
        int written = mask & _direction;
        _outputs = (byte)((_outputs & ~written) | ((int)value & written));
        DriveOutputs(before);
    }

    private void SetDirection(byte value)
    {
        byte before = Outputs;
        _direction = value;
        DriveOutputs(before);
        UpdateInterrupt();
    }

    private void SetSense(ref byte register, uint value)
    {
        register = (byte)value;
        UpdateInterrupt();
    }

    private void ClearEdges(byte value)
    {
        _edges &= (byte)~value;
        UpdateInterrupt();
    }

    private void SetInput(byte line, bool level)
    {
        byte inputs = (byte)(level ? _inputs | line : _inputs & ~line);
        int changed = (inputs ^ _inputs) & ~_direction & ~_levelSense;
        _inputs = inputs;
        _edges |= (byte)(changed & (_bothEdges | ~(inputs ^ _event)));
        UpdateInterrupt();
    }

    private void DriveOutputs(byte before)
    {
        int changed = before ^ Outputs;
        for (int line = 0; changed != 0; line++, changed >>= 1)
        {
            if ((changed & 1) != 0)
            {
                _outputLines[line]?.Set(((Outputs >> line) & 1) != 0);
            }
        }
    }

    private void UpdateInterrupt() => _interrupt.Set((Raw & _mask) != 0);

    private sealed class InputLine(Pl061 gpio, byte line) : IInterruptLine
    {
        public void Set(bool level) => gpio.SetInput(line, level);
    }
}
