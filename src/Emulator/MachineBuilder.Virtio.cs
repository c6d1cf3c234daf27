using Emulator.Boards;
using Emulator.Network;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Balloon;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Devices.Console;
using Emulator.Virtio.Devices.Input;
using Emulator.Virtio.Devices.Net;
using Emulator.Virtio.Devices.Share;
using Emulator.Virtio.Transports;

namespace Emulator;

// The virtio devices. They fill the board's transports from the last to the first, as on QEMU, so that guests number them alike.
public sealed partial class MachineBuilder
{
    // Bus 0 without the host bridge.
    private const int PciDevices = 31;

    private readonly List<VirtioDeviceSpecification> _virtio = [];
    private readonly List<IMachineAttachment> _attachments = [];
    private VirtioOptions _virtioOptions = new();

    /// <summary>Sets what holds for all virtio devices.</summary>
    /// <param name="options">The options.</param>
    public MachineBuilder WithVirtio(VirtioOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _virtioOptions = options;
        return this;
    }

    /// <summary>Sets how the memory-mapped virtio transports signal interrupts by message; see docs/virtio.md for the layouts.</summary>
    /// <param name="extension">The extension.</param>
    public MachineBuilder WithVirtioMsi(VirtioMsi extension)
    {
        _options = _options with { VirtioMsi = extension };
        return this;
    }

    /// <summary>Adds a disk in a raw image file. It is opened when the machine is built.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to use it.</param>
    public MachineBuilder WithVirtioBlock(string path, VirtioBlockOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        VirtioBlockOptions chosen = options ?? new VirtioBlockOptions();
        return WithVirtioDevice("virtio-blk", chosen.Transport, (settings, _, logger) =>
        {
            IBlockStorage file = FileStorage.Open(path, chosen.IsReadOnly || chosen.IsSnapshot, logger);
            IBlockStorage storage = chosen.IsSnapshot && !chosen.IsReadOnly ? new MemoryStorage(settings.Name, file.Length, file) : file;
            return new VirtioBlock(settings, storage, chosen.Queues, chosen.Id);
        });
    }

    /// <summary>Adds a disk in memory: each machine that is built has one of its own, and it ends with the machine.</summary>
    /// <param name="contents">What is on it; whole sectors of 512 bytes count.</param>
    /// <param name="options">How to use it.</param>
    public MachineBuilder WithVirtioMemoryDisk(ReadOnlyMemory<byte> contents, VirtioBlockOptions? options = null)
    {
        VirtioBlockOptions chosen = options ?? new VirtioBlockOptions();
        return WithVirtioDevice("virtio-blk", chosen.Transport, (settings, _, _) =>
        {
            var below = new ArrayStorage(contents);
            IBlockStorage storage = chosen.IsReadOnly ? below : new MemoryStorage(settings.Name, below.Length, below);
            return new VirtioBlock(settings, storage, chosen.Queues, chosen.Id);
        });
    }

    /// <summary>Adds a source of random numbers, which come from the machine's seed.</summary>
    /// <param name="transport">How the guest reaches it.</param>
    public MachineBuilder WithVirtioEntropy(VirtioTransport transport = VirtioTransport.Mmio)
    {
        return WithVirtioDevice("virtio-rng", transport, (settings, seed, _) => new VirtioEntropy(settings, new MachineRandom(seed, settings.Name)));
    }

    /// <summary>
    /// Adds a console with a terminal, for Linux <c>hvc0</c>, and serial ports with names, for Linux <c>/dev/virtio-ports/NAME</c>. <see cref="Machine.VirtioConsoles"/> has their host's ends.
    /// </summary>
    /// <param name="serialPorts">Names of the serial ports: ASCII, not empty; at most 30.</param>
    /// <param name="transport">How the guest reaches it.</param>
    /// <exception cref="ArgumentException">A name is empty or not ASCII, or there are too many.</exception>
    public MachineBuilder WithVirtioConsole(IReadOnlyList<string>? serialPorts = null, VirtioTransport transport = VirtioTransport.Mmio)
    {
        const int MostSerialPorts = 30;
        string[] names = [.. serialPorts ?? []];
        return names.Length <= MostSerialPorts && Array.TrueForAll(names, name => !string.IsNullOrEmpty(name) && name.All(char.IsAscii))
            ? WithVirtioDevice("virtio-console", transport, (settings, _, _) => new VirtioConsole(settings, names))
            : throw new ArgumentException($"there are at most {MostSerialPorts} serial ports, with ASCII names that are not empty", nameof(serialPorts));
    }

    /// <summary>Adds a network device.</summary>
    /// <param name="createLink">Makes what it is plugged into, once for each machine that is built; the machine disposes it.</param>
    /// <param name="options">How to use it.</param>
    public MachineBuilder WithVirtioNet(Func<INetworkLink> createLink, VirtioNetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(createLink);
        VirtioNetOptions chosen = options ?? new VirtioNetOptions();
        return WithVirtioDevice("virtio-net", chosen.Transport, (settings, seed, _) =>
        {
            INetworkLink link = createLink();
            var attachment = link as IMachineAttachment;
            if (attachment is not null)
            {
                _attachments.Add(attachment);
            }

            byte[] address = chosen.Address ?? MakeAddress(seed, settings.Name, attachment?.Number ?? 0);
            return new VirtioNet(settings, link, address, chosen.Pairs);
        });
    }

    /// <summary>Shares a folder of the host with the guest, which mounts it by its tag (Linux: <c>mount -t 9p -o trans=virtio share /mnt</c>). Contents of the folder are input of the run like images.</summary>
    /// <param name="folder">The folder, which must exist when the machine is built.</param>
    /// <param name="options">How to use it.</param>
    public MachineBuilder WithVirtioShare(string folder, VirtioShareOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        VirtioShareOptions chosen = options ?? new VirtioShareOptions();
        return WithVirtioDevice("virtio-9p", chosen.Transport, (settings, _, _) => Directory.Exists(folder)
            ? new VirtioShare(settings, folder, chosen.Tag, chosen.IsReadOnly)
            : throw new EmulatorException($"there is no folder '{folder}' to share; make it, or give another one"));
    }

    /// <summary>Adds a memory balloon; <see cref="Machine.VirtioBalloons"/> has its host's end.</summary>
    /// <param name="transport">How the guest reaches it.</param>
    public MachineBuilder WithVirtioBalloon(VirtioTransport transport = VirtioTransport.Mmio) =>
        WithVirtioDevice("virtio-balloon", transport, (settings, _, _) => new VirtioBalloon(settings));

    /// <summary>Adds a keyboard; <see cref="Machine.VirtioKeyboards"/> has its host's end.</summary>
    /// <param name="transport">How the guest reaches it.</param>
    public MachineBuilder WithVirtioKeyboard(VirtioTransport transport = VirtioTransport.Mmio) =>
        WithVirtioDevice("virtio-keyboard", transport, (settings, _, _) => new VirtioKeyboard(settings));

    /// <summary>Adds a virtio clock, which tells the date and the time since the machine's start.</summary>
    /// <param name="transport">How the guest reaches it.</param>
    public MachineBuilder WithVirtioClock(VirtioTransport transport = VirtioTransport.Mmio) =>
        WithVirtioDevice("virtio-rtc", transport, (settings, _, _) => new VirtioClock(settings));

    // Of QEMU's range for addresses that are made up. Machines on one hub mostly have the same seed, so their ports tell them apart.
    internal static byte[] MakeAddress(ulong seed, string name, int port)
    {
        byte[] address = new byte[VirtioNetOptions.AddressLength];
        new MachineRandom(seed, name + ":address").Fill(address);
        (address[0], address[1], address[2]) = (0x52, 0x54, 0x00);
        address[5] = (byte)(address[5] + port);
        return address;
    }

    private void CheckVirtio(BoardDescription board)
    {
        if (board.Options.VirtioMsi != VirtioMsi.None && _virtioOptions.MmioVersion == VirtioMmioVersion.Legacy)
        {
            throw new EmulatorException("message-signalled interrupts are an extension of the standard's virtio-mmio; use the modern version with them");
        }

        foreach (VirtioTransport transport in Enum.GetValues<VirtioTransport>())
        {
            int devices = _virtio.Count(device => device.Transport == transport);
            int places = transport == VirtioTransport.Mmio ? board.OfKind(BoardRegionKind.VirtioMmio).Count() : PciDevices - (_hasPciTestDevice ? 1 : 0);
            if (devices > places)
            {
                throw new EmulatorException($"there are {devices} virtio devices via {transport} and {board.Board.Name} has {places} places for them; leave some out");
            }
        }
    }

    /// <summary>Adds a device by what makes its back end.</summary>
    /// <param name="kind">What it is, as the first part of its name.</param>
    /// <param name="transport">How the guest reaches it.</param>
    /// <param name="create">Makes its back end, once for each machine.</param>
    internal MachineBuilder WithVirtioDevice(string kind, VirtioTransport transport, Func<VirtioModelSettings, ulong, Microsoft.Extensions.Logging.ILogger?, IVirtioBackend> create)
    {
        _virtio.Add(new VirtioDeviceSpecification(kind, transport, create));
        return this;
    }
}
