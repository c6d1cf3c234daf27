using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Pci;
using Emulator.Snapshots;
using Emulator.Virtio;
using Emulator.Virtio.Queues;
using Emulator.Virtio.Transports;

namespace Emulator.Fuzz.Transports;

/// <summary>The PCI transport under test, on a bus of its own, with its registers placed as firmware does.</summary>
internal sealed class FuzzedPci : IFuzzedTransport
{
    private const ulong Ports = 0x1000;
    private const ulong Messages = 0x1000_0000;
    private const ulong Structures = 0x2000_0000;
    private const ulong Notifications = Structures + 0x3000;
    private const uint Windows = 0x6000;
    private const ulong PageSize = 4096;

    private readonly PciEcamHost _host = new("pcie", 0x100_0000);
    private readonly VirtioPciTransport _device;
    private readonly PciAddressWindow _ports;
    private readonly PciAddressWindow _memory;
    private readonly IVirtioBackend _backend;
    private readonly bool _usesPorts;
    private readonly int _messageCapability;
    private readonly int _accessCapability;

    /// <summary>Places the function.</summary>
    /// <param name="backend">What stands behind it.</param>
    /// <param name="isTransitional">True when drivers of before the standard can use it, too.</param>
    /// <param name="usesPorts">True for such a driver.</param>
    /// <param name="lines">The bus's wires.</param>
    /// <param name="messages">Where messages go.</param>
    public FuzzedPci(IVirtioBackend backend, bool isTransitional, bool usesPorts, IInterruptLine[] lines, IMsiTarget messages)
    {
        _device = new VirtioPciTransport("device", backend, isTransitional, messages, new UnimplementedAccesses());
        _host.Add(1, 0, _device);
        _host.Bus.Connect(lines);
        _backend = backend;
        _usesPorts = usesPorts;
        _ports = new PciAddressWindow("ports", 0x1_0000, _host.Bus, PciSpace.Ports, 0);
        _memory = new PciAddressWindow("memory", 0x1_0000_0000, _host.Bus, PciSpace.Memory, 0);
        _messageCapability = FindCapability(PciCapability.MessageSignalledExtended, type: null);
        _accessCapability = FindCapability(PciCapability.VendorSpecific, (byte)VirtioPciCapabilityType.ConfigurationAccess);
        Place();
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _host.Reset(ResetKind.Warm);
        Place();
    }

    /// <inheritdoc/>
    public void WriteRegister(ulong offset, uint value)
    {
        if (_usesPorts)
        {
            WritePort(offset & 0x3f, 4, value);
        }
        else
        {
            WriteMemory(Structures + (offset & 0x7f), 4, value);
        }
    }

    /// <inheritdoc/>
    public void Write(ushort place, int size, uint value)
    {
        uint offset = place % Windows;
        if (offset >= Windows - 0x1000)
        {
            WritePort(offset & 0xff, size, value);
        }
        else
        {
            WriteMemory(AddressOf(offset), size, value | ((ulong)value << 32));
        }
    }

    /// <inheritdoc/>
    public void Read(ushort place, int size)
    {
        uint offset = place % Windows;
        if (offset >= Windows - 0x1000)
        {
            BusAccess port = AccessOf(Ports + (offset & 0xff), size);
            _ = _ports.IsPollable(port);
            _ = _ports.Read(port);
        }
        else
        {
            BusAccess access = AccessOf(AddressOf(offset), size);
            _ = _memory.IsPollable(access);
            _ = _memory.Read(access);
        }
    }

    /// <inheritdoc/>
    public void WriteConfiguration(ushort place, int size, uint value) => _device.Write(place % (0x1001 - size), Math.Min(size, 4), value);

    /// <inheritdoc/>
    public void ReadConfiguration(ushort place, int size)
    {
        _ = _device.IsConfigurationPollable(place % (0x1001 - size));
        _ = _device.Read(place % (0x1001 - size), Math.Min(size, 4));
    }

    /// <inheritdoc/>
    public void Configure(int which, uint value)
    {
        const int ByMemory = 7;
        ReadOnlySpan<(ulong Address, int Size)> registers =
        [
            (Structures + 0x10, 2), (Structures + 0x16, 2), (Structures + 0x1a, 2), (Structures + 0x3a, 2), (Messages + (16 * (value & 3)), 8), (Messages + (16 * (value & 3)) + 8, 4), (Messages + (16 * (value & 3)) + 12, 4),
        ];
        switch (which % 16)
        {
            case < ByMemory:
                (ulong address, int size) = registers[which % 16];
                WriteMemory(address, size, value);
                break;
            case ByMemory:
                _ = _memory.Read(AccessOf(Structures + 0x1000, 1));
                break;
            case 8:
                WritePort(0x14 + (value & 2), 2, value & 7);
                break;
            case 9:
                _ = _ports.Read(AccessOf(Ports + 0x13, 1));
                break;
            case 10 or 11:
                _device.Write(_messageCapability + 2, 2, value);
                break;
            default:
                // The window in configuration space: register, offset, length, data.
                _device.Write(_accessCapability + 4, 1, 4);
                _device.Write(_accessCapability + 8, 4, value & 0x303f);
                _device.Write(_accessCapability + 12, 4, 1u << (which & 3));
                _ = _device.Read(_accessCapability + 16, 4);
                if (which % 16 == 15)
                {
                    _device.Write(_accessCapability + 16, 4, value);
                }

                break;
        }
    }

    /// <inheritdoc/>
    public void Notify(uint queue)
    {
        if (_usesPorts)
        {
            WritePort(0x10, 2, queue);
        }
        else
        {
            WriteMemory(Notifications + (4 * queue), 2, queue);
        }
    }

    /// <inheritdoc/>
    public ulong Negotiate(ulong unwanted)
    {
        if (_usesPorts)
        {
            WritePort(0x12, 1, 0);
            WritePort(0x12, 1, 3);
            ulong few = _ports.Read(AccessOf(Ports, 4)).Value & ~unwanted;
            WritePort(0x04, 4, few);
            return few;
        }

        WriteMemory(Structures + 0x14, 1, 0);
        WriteMemory(Structures + 0x14, 1, 3);
        ulong features = 0;
        for (uint word = 0; word < 2; word++)
        {
            WriteMemory(Structures, 4, word);
            features |= _memory.Read(AccessOf(Structures + 4, 4)).Value << (32 * (int)word);
        }

        features &= ~unwanted;
        for (uint word = 0; word < 2; word++)
        {
            WriteMemory(Structures + 0x08, 4, word);
            WriteMemory(Structures + 0x0c, 4, (uint)(features >> (32 * (int)word)));
        }

        WriteMemory(Structures + 0x14, 1, 0xb);
        return features;
    }

    /// <inheritdoc/>
    public int? FixedSize(int queue) => _usesPorts ? _backend.QueueSizes[queue] : null;

    /// <inheritdoc/>
    public void StartQueue(int queue, in VirtqueueSettings settings)
    {
        if (_usesPorts)
        {
            WritePort(0x0e, 2, (ulong)queue);
            WritePort(0x08, 4, settings.DescriptorArea / PageSize);
            return;
        }

        WriteMemory(Structures + 0x16, 2, (ulong)queue);
        WriteMemory(Structures + 0x18, 2, (ulong)settings.Size);
        WriteMemory(Structures + 0x1a, 2, (ulong)queue);
        WriteMemory(Structures + 0x20, 8, settings.DescriptorArea);
        WriteMemory(Structures + 0x28, 8, settings.DriverArea);
        WriteMemory(Structures + 0x30, 8, settings.DeviceArea);
        WriteMemory(Structures + 0x1c, 2, 1);
    }

    /// <inheritdoc/>
    public void SetReady()
    {
        if (_usesPorts)
        {
            WritePort(0x12, 1, 7);
        }
        else
        {
            WriteMemory(Structures + 0x14, 1, 0xf);
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer) => _device.Save(writer);

    /// <inheritdoc/>
    public void Load(SnapshotReader reader) => _device.Load(reader);

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    private void Place()
    {
        _device.Write(0x10, 4, (uint)Ports);
        _device.Write(0x14, 4, (uint)Messages);
        _device.Write(0x20, 4, (uint)Structures);
        _device.Write(0x04, 4, 7);
    }

    private int FindCapability(PciCapability id, byte? type)
    {
        int capability = (int)_device.Read(0x34, 1);
        while (capability != 0 && (_device.Read(capability, 1) != (uint)id || (type is not null && _device.Read(capability + 3, 1) != type)))
        {
            capability = (int)_device.Read(capability + 1, 1);
        }

        return capability;
    }

    private static ulong AddressOf(uint offset) => offset < 0x4000 ? Structures + offset : Messages + (offset & 0xfff);

    private static BusAccess AccessOf(ulong address, int size) => new(address, size, BusInitiator.Cpu(0), Secure: false);

    private void WriteMemory(ulong address, int size, ulong value) => _ = _memory.Write(AccessOf(address, size), value);

    private void WritePort(ulong offset, int size, ulong value) => _ = _ports.Write(AccessOf(Ports + offset, size), value);
}
