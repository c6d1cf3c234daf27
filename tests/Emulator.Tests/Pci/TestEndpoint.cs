using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Pci;

namespace Emulator.Tests.Pci;

/// <summary>A function with a register of each kind.</summary>
internal sealed class TestEndpoint : MsixEndpoint
{
    public const int Vectors = 70;

    public TestEndpoint(string name, IMsiTarget messages)
        : base(name, new PciIdentity(0x1234, 0x5678, 0xff_0000, 1, 0x1111, 0x2222), Vectors, bar: 5, messages)
    {
        AddBar(0, PciBarKind.Ports, 0x40, Ports);
        AddBar(1, PciBarKind.Memory32, 0x1000, Memory);
        AddBar(2, PciBarKind.PrefetchableMemory64, 0x1_0000_0000, Wide);
        VendorCapability = AddCapability(PciCapability.VendorSpecific, [3, 4, 5]);
    }

    public Region Ports { get; } = new();

    public Region Memory { get; } = new();

    public Region Wide { get; } = new();

    public int VendorCapability { get; }

    public void Interrupt(bool level) => SetInterrupt(level);

    public void Signal(int vector) => Table.Signal(vector);

    /// <summary>Remembers where it was accessed last.</summary>
    public sealed class Region : IPciRegion
    {
        public ulong LastOffset { get; private set; } = ulong.MaxValue;

        public BusResult Read(in BusAccess access)
        {
            LastOffset = access.Offset;
            return 0x77;
        }

        public BusStatus Write(in BusAccess access, ulong value)
        {
            LastOffset = access.Offset;
            return BusStatus.Ok;
        }
    }
}
