using System.Buffers.Binary;
using Emulator.Interrupts;
using Emulator.Snapshots;

namespace Emulator.Pci;

/// <summary>A function that sends its interrupts as MSI-X messages when software wants that, else by its INTA wire.</summary>
internal abstract class MsixEndpoint : PciEndpoint
{
    private const int ControlOffset = 2;
    private const ushort EnableBit = 1 << 15;
    private const ushort FunctionMaskBit = 1 << 14;

    private readonly IMsiTarget _messages;
    private readonly int _capability;

    /// <summary>Creates a function with a table.</summary>
    /// <param name="name">A name unique in the machine.</param>
    /// <param name="identity">The identification registers.</param>
    /// <param name="vectors">How many vectors, 1 to 2048.</param>
    /// <param name="bar">The register that the table stands behind; it decodes nothing else.</param>
    /// <param name="messages">Where messages go.</param>
    protected MsixEndpoint(string name, PciIdentity identity, int vectors, int bar, IMsiTarget messages)
        : base(name, identity)
    {
        _messages = messages;
        Table = new MsixTable(vectors, Send);
        AddBar(bar, PciBarKind.Memory32, Table.Length, Table);

        // Message Control, table offset and BIR, PBA offset and BIR (PCI Local Bus 3.0, section 6.8.2.3).
        Span<byte> body = stackalloc byte[10];
        BinaryPrimitives.WriteUInt16LittleEndian(body, (ushort)(vectors - 1));
        BinaryPrimitives.WriteUInt32LittleEndian(body[2..], (uint)bar);
        BinaryPrimitives.WriteUInt32LittleEndian(body[6..], Table.PendingOffset | (uint)bar);
        _capability = AddCapability(PciCapability.MessageSignalledExtended, body);
        Define(_capability + ControlOffset, 2, (uint)(vectors - 1), EnableBit | FunctionMaskBit);
    }

    /// <summary>The vectors.</summary>
    protected MsixTable Table { get; }

    /// <inheritdoc/>
    protected override bool UsesMessages => (Control & EnableBit) != 0;

    private ushort Control => BinaryPrimitives.ReadUInt16LittleEndian(Configuration[(_capability + ControlOffset)..]);

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        Table.Reset();
    }

    /// <inheritdoc/>
    public override void Save(SnapshotWriter writer)
    {
        base.Save(writer);
        Table.Save(writer);
    }

    /// <inheritdoc/>
    public override void Load(SnapshotReader reader)
    {
        base.Load(reader);
        Table.Load(reader);
    }

    /// <inheritdoc/>
    protected override void OnConfigurationWritten(int offset, int size)
    {
        base.OnConfigurationWritten(offset, size);
        bool touchesCommand = offset < CommandOffset + 2 && offset + size > CommandOffset;
        bool touchesControl = offset < _capability + ControlOffset + 2 && offset + size > _capability + ControlOffset;
        if (touchesCommand || touchesControl)
        {
            Table.IsMasked = !IsBusMaster || (Control & (EnableBit | FunctionMaskBit)) != EnableBit;
        }

        if (touchesControl)
        {
            UpdateInterrupt();
        }
    }

    // A message that nobody takes is lost, as on a real bus.
    private void Send(ulong address, uint data) => _ = _messages.Send(address, data, Initiator);
}
