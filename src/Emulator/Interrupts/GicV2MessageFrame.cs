using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>
/// A GICv2m frame (Arm SBSA, appendix on GICv2m): a message is a write of an SPI's INTID, which then has a rising edge. It has no state.
/// </summary>
internal sealed class GicV2MessageFrame : WordRegisterDevice
{
    /// <summary>Offset of MSI_SETSPI_NS, where messages go.</summary>
    public const ulong SetSpi = 0x40;

    // As QEMU: no implementer, a product of its own.
    private const uint Product = 0x51 << 20;

    private static readonly RegisterTable<GicV2MessageFrame> s_registers = DeclareRegisters();

    private readonly IInterruptLine[] _lines;
    private readonly int _first;

    /// <summary>Creates a frame.</summary>
    /// <param name="name">A name unique in the machine.</param>
    /// <param name="first">The INTID of its first SPI.</param>
    /// <param name="lines">The wires of its SPIs.</param>
    /// <param name="unimplemented">Where accesses to undeclared registers are counted.</param>
    public GicV2MessageFrame(string name, int first, IInterruptLine[] lines, UnimplementedAccesses unimplemented)
        : base(name, 0x1000, unimplemented)
    {
        _first = first;
        _lines = lines;
    }

    /// <summary>The registers in the order of their declaration.</summary>
    public static RegisterTable<GicV2MessageFrame> Registers => s_registers;

    public override void Reset(ResetKind kind)
    {
    }

    public override void Save(SnapshotWriter writer) => writer.Section(Name, 1);

    public override void Load(SnapshotReader reader) => _ = reader.Section(Name, 1);

    protected override bool TryReadRegister(ulong offset, out uint value) => s_registers.TryRead(this, offset, out value);

    protected override bool TryWriteRegister(ulong offset, uint value) => s_registers.TryWrite(this, offset, value);

    protected override bool IsPollableRegister(ulong offset) => s_registers.Find(offset) is not null;

    private static RegisterTable<GicV2MessageFrame> DeclareRegisters()
    {
        var table = new RegisterTable<GicV2MessageFrame>(0x1000);
        return table
            .Add(0x008, "MSI_TYPER", RegisterAccess.ReadOnly, static (d, _) => ((uint)d._first << 16) | (uint)d._lines.Length)
            .Add((int)SetSpi, "MSI_SETSPI_NS", RegisterAccess.WriteOnly, write: static (d, _, x) => d.Pulse((int)(x & 0x3ff) - d._first))
            .Add(0xfcc, "MSI_IIDR", RegisterAccess.ReadOnly, static (_, _) => Product, reset: Product)
            .Add(0xfd0, "MSI_PIDR", RegisterAccess.ReadOnly, count: 12);
    }

    private void Pulse(int index)
    {
        if ((uint)index < (uint)_lines.Length)
        {
            _lines[index].Set(true);
            _lines[index].Set(false);
        }
    }
}
