using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Pci;

/// <summary>
/// The configuration window of a PCI Express host bridge (PCI Express Base, section 7.2.2, ECAM): 4 KiB for each function, 1 MiB for
/// each bus. Functions stand on bus 0. What is absent reads as ones and ignores writes, which is how software finds out.
/// </summary>
public sealed class PciEcamHost : IMmioDevice, ISnapshotState
{
    private const int BusShift = 20;
    private const int FunctionShift = 12;
    private const int FunctionsPerBus = 0x100;

    /// <summary>Creates the host with the functions of bus 0 yet to come.</summary>
    /// <param name="name">A name unique in the machine, for instance <c>pcie@4010000000</c>.</param>
    /// <param name="length">Length of the window in bytes, a multiple of 1 MiB, at most 256 MiB.</param>
    public PciEcamHost(string name, ulong length)
        : this(name, length, new PciBus())
    {
    }

    /// <summary>Creates the host of a bus that windows open to.</summary>
    /// <param name="name">A name unique in the machine.</param>
    /// <param name="length">Length of the window in bytes, a multiple of 1 MiB, at most 256 MiB.</param>
    /// <param name="bus">Bus 0.</param>
    internal PciEcamHost(string name, ulong length, PciBus bus)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (length is 0 or > 0x100ul << BusShift || length % (1ul << BusShift) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, "an ECAM window has 1 MiB for each of 1 to 256 buses");
        }

        Name = name;
        Length = length;
        Bus = bus;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ulong Length { get; }

    /// <summary>Bus 0.</summary>
    internal PciBus Bus { get; }

    /// <summary>Puts a function on bus 0.</summary>
    /// <param name="device">Device number, 0 to 31.</param>
    /// <param name="function">Function number, 0 to 7.</param>
    /// <param name="target">The function.</param>
    /// <exception cref="ArgumentException">The place is taken.</exception>
    public void Add(int device, int function, PciFunction target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(device);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(device, 31);
        ArgumentOutOfRangeException.ThrowIfNegative(function);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(function, 7);
        ArgumentNullException.ThrowIfNull(target);
        Bus.Add(device, function, target);
    }

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access)
    {
        if (access.Size == 8)
        {
            return ReadRegister(access.Offset, 4) | ((ulong)ReadRegister(access.Offset + 4, 4) << 32);
        }

        return ReadRegister(access.Offset, access.Size);
    }

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value)
    {
        int size = Math.Min(access.Size, 4);
        Find(access.Offset)?.Write(RegisterOf(access.Offset), size, (uint)value);
        if (access.Size == 8)
        {
            Find(access.Offset + 4)?.Write(RegisterOf(access.Offset + 4), 4, (uint)(value >> 32));
        }

        return BusStatus.Ok;
    }

    /// <inheritdoc/>
    public void Reset(ResetKind kind)
    {
        foreach (PciFunction function in Bus.Functions)
        {
            function.Reset();
        }
    }

    /// <inheritdoc/>
    /// <remarks>Nearly all configuration reads have no side effects.</remarks>
    public bool IsPollable(in BusAccess access) => Find(access.Offset)?.IsConfigurationPollable(RegisterOf(access.Offset)) ?? true;

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(Name, 1);
        foreach (PciFunction function in Bus.Functions)
        {
            function.Save(writer);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(Name, 1);
        foreach (PciFunction function in Bus.Functions)
        {
            function.Load(reader);
        }
    }

    private static int RegisterOf(ulong offset) => (int)(offset & ((1 << FunctionShift) - 1));

    private uint ReadRegister(ulong offset, int size) =>
        Find(offset) is { } function ? function.Read(RegisterOf(offset), size) : uint.MaxValue >> (32 - (8 * size));

    private PciFunction? Find(ulong offset) =>
        offset >> BusShift == 0 ? Bus[(int)(offset >> FunctionShift) & (FunctionsPerBus - 1)] : null;
}
