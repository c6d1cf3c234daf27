using System.Buffers.Binary;
using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Pci;

/// <summary>
/// A function with base address registers, capabilities and an interrupt: INTA, or MSI-X messages. Registers decode while the Command register says so, wherever software has put them.
/// </summary>
internal abstract class PciEndpoint : PciFunction
{
    private const int StatusOffset = 0x06;
    private const int CapabilitiesPointerOffset = 0x34;
    private const int InterruptPinOffset = 0x3d;
    private const int FirstCapability = HeaderLength;

    private const ushort PortsEnable = 1 << 0;
    private const ushort MemoryEnable = 1 << 1;
    private const ushort BusMasterEnable = 1 << 2;
    private const ushort InterruptDisable = 1 << 10;
    private const byte InterruptStatus = 1 << 3;
    private const byte CapabilitiesList = 1 << 4;
    private const byte InterruptPinA = 1;

    private readonly List<PciBar> _bars = [];
    private PciBus? _bus;
    private int _lastCapability = CapabilitiesPointerOffset - 1;
    private int _freeCapability = FirstCapability;
    private bool _interrupt;

    /// <summary>Creates a function without registers.</summary>
    /// <param name="name">A name unique in the machine.</param>
    /// <param name="identity">The identification registers.</param>
    protected PciEndpoint(string name, PciIdentity identity)
        : base(name, identity, ExpressLength)
    {
        Define(InterruptPinOffset, 1, InterruptPinA);
    }

    /// <summary>Its device number, once it is on a bus.</summary>
    public int Device { get; private set; }

    /// <summary>Who it is on the bus: its requester ID.</summary>
    public BusInitiator Initiator { get; private set; }

    /// <summary>True when it pulls its INTA wire.</summary>
    public bool AssertsInterrupt => _interrupt && (Command & InterruptDisable) == 0 && !UsesMessages;

    /// <summary>True when it may access memory and send messages.</summary>
    protected bool IsBusMaster => (Command & BusMasterEnable) != 0;

    /// <summary>True when it sends messages instead of pulling a wire.</summary>
    protected virtual bool UsesMessages => false;

    private ushort Command => BinaryPrimitives.ReadUInt16LittleEndian(Configuration[CommandOffset..]);

    /// <summary>Tells where the function is.</summary>
    internal void Attach(PciBus bus, int device, int function)
    {
        _bus = bus;
        Device = device;
        Initiator = BusInitiator.Pci((ushort)((device << 3) | function));
    }

    /// <summary>Finds the region behind an address.</summary>
    internal IPciRegion? Find(PciSpace space, ulong address, int size, out ulong offset)
    {
        ushort enable = space == PciSpace.Ports ? PortsEnable : MemoryEnable;
        if ((Command & enable) != 0)
        {
            foreach (PciBar bar in _bars)
            {
                // Address 0 is one like any other: kvm-unit-tests puts the first ports there.
                offset = address - AddressOf(bar);
                if (bar.Space == space && offset < bar.Length && (ulong)size <= bar.Length - offset)
                {
                    return bar.Region;
                }
            }
        }

        offset = 0;
        return null;
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        SetInterrupt(false);
    }

    /// <inheritdoc/>
    public override void Save(SnapshotWriter writer)
    {
        base.Save(writer);
        writer.Write(_interrupt);
    }

    /// <inheritdoc/>
    public override void Load(SnapshotReader reader)
    {
        base.Load(reader);
        _interrupt = reader.ReadBoolean();
    }

    /// <summary>Declares a base address register. For constructors.</summary>
    /// <param name="index">Number of its first register, 0 to 5.</param>
    /// <param name="kind">What it decodes.</param>
    /// <param name="length">Length in bytes, a power of two.</param>
    /// <param name="region">What stands behind it.</param>
    protected void AddBar(int index, PciBarKind kind, ulong length, IPciRegion region)
    {
        var bar = new PciBar(index, kind, length, region);
        ulong writable = ~(length - 1);
        Define(bar.Offset, 4, (uint)kind, (uint)writable);
        if (bar.IsWide)
        {
            Define(bar.Offset + 4, 4, 0, (uint)(writable >> 32));
        }

        _bars.Add(bar);
    }

    /// <summary>Adds a capability to the list, at the next multiple of four bytes. For constructors.</summary>
    /// <param name="capability">Its identity.</param>
    /// <param name="body">What follows identity and pointer.</param>
    /// <returns>Its offset in configuration space.</returns>
    protected int AddCapability(PciCapability capability, ReadOnlySpan<byte> body)
    {
        int offset = _freeCapability;
        _freeCapability = (offset + 2 + body.Length + 3) & ~3;
        Define(StatusOffset, 1, CapabilitiesList);
        Define(_lastCapability + 1, 1, (uint)offset);
        Define(offset, 1, (uint)capability);
        for (int index = 0; index < body.Length; index++)
        {
            Define(offset + 2 + index, 1, body[index]);
        }

        _lastCapability = offset;
        return offset;
    }

    /// <summary>Pulls the INTA wire or lets it go.</summary>
    protected void SetInterrupt(bool level)
    {
        _interrupt = level;
        SetConfiguration(StatusOffset, (byte)((Configuration[StatusOffset] & ~InterruptStatus) | (level ? InterruptStatus : 0)));
        UpdateInterrupt();
    }

    /// <summary>Whether the wire is pulled may have changed.</summary>
    protected void UpdateInterrupt() => _bus?.UpdateInterrupt(Device);

    /// <inheritdoc/>
    protected override void OnConfigurationWritten(int offset, int size)
    {
        if (offset < CommandOffset + 2 && offset + size > CommandOffset)
        {
            UpdateInterrupt();
        }
    }

    private ulong AddressOf(PciBar bar)
    {
        uint low = BinaryPrimitives.ReadUInt32LittleEndian(Configuration[bar.Offset..]);
        ulong high = bar.IsWide ? BinaryPrimitives.ReadUInt32LittleEndian(Configuration[(bar.Offset + 4)..]) : 0;
        return (low & ~(uint)(bar.Space == PciSpace.Ports ? 3 : 15)) | (high << 32);
    }
}
