using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;

namespace Emulator;

// The virtio devices. They fill the board's transports from the last to the first, as on QEMU, so that guests number them alike.
public sealed partial class MachineBuilder
{
    private readonly List<VirtioDeviceSpecification> _virtio = [];
    private VirtioOptions _virtioOptions = new();

    /// <summary>Sets what holds for all virtio devices.</summary>
    /// <param name="options">The options.</param>
    public MachineBuilder WithVirtio(VirtioOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _virtioOptions = options;
        return this;
    }

    /// <summary>Adds a disk in a raw image file. It is opened when the machine is built.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to use it.</param>
    public MachineBuilder WithVirtioBlock(string path, VirtioBlockOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        VirtioBlockOptions chosen = options ?? new VirtioBlockOptions();
        return WithVirtioDevice("virtio-blk", (settings, _, logger) =>
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
        return WithVirtioDevice("virtio-blk", (settings, _, _) =>
        {
            var below = new ArrayStorage(contents);
            IBlockStorage storage = chosen.IsReadOnly ? below : new MemoryStorage(settings.Name, below.Length, below);
            return new VirtioBlock(settings, storage, chosen.Queues, chosen.Id);
        });
    }

    /// <summary>Adds a source of random numbers, which come from the machine's seed.</summary>
    public MachineBuilder WithVirtioEntropy()
    {
        return WithVirtioDevice("virtio-rng", (settings, seed, _) => new VirtioEntropy(settings, new MachineRandom(seed, settings.Name)));
    }

    private MachineBuilder WithVirtioDevice(string kind, Func<VirtioModelSettings, ulong, Microsoft.Extensions.Logging.ILogger?, IVirtioBackend> create)
    {
        _virtio.Add(new VirtioDeviceSpecification(kind, create));
        return this;
    }
}
