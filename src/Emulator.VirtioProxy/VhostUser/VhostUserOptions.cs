using System.Text;
using Emulator.Virtio;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>How a machine uses a vhost-user back end.</summary>
public sealed record VhostUserOptions
{
    /// <summary>Most bytes of a file system's tag.</summary>
    public const int LongestTag = 36;

    /// <summary>Length of a network device's address.</summary>
    public const int AddressLength = 6;

    /// <summary>Most queues for requests.</summary>
    public const int MostQueues = 16;

    /// <summary>How the guest reaches the device.</summary>
    public VirtioTransport Transport { get; init; }

    /// <summary>
    /// Lets the back end map the guest's RAM, instead of a memory of its own that data are copied to and from. It saves the copies. A back end that does not keep to the protocol can then spoil the guest.
    /// The machine needs shared memory, see <see cref="MachineBuilder.WithSharedMemory"/>.
    /// </summary>
    public bool IsDirect { get; init; }

    /// <summary>Queues for requests, of a disk or a file system. Not more than the back end has are used.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 to <see cref="MostQueues"/>.</exception>
    public int Queues
    {
        get;
        init => field = value is >= 1 and <= MostQueues ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"there are 1 to {MostQueues} queues");
    } = 1;

    /// <summary>The name by which a guest mounts a file system.</summary>
    /// <exception cref="ArgumentException">Empty, or longer than <see cref="LongestTag"/> bytes of UTF-8.</exception>
    public string Tag
    {
        get;
        init => field = Encoding.UTF8.GetByteCount(value) is >= 1 and <= LongestTag ? value : throw new ArgumentException($"a tag has 1 to {LongestTag} bytes", nameof(value));
    } = "host";

    /// <summary>The address of a network device, or null for one that comes from the machine's seed.</summary>
    /// <exception cref="ArgumentException">Not <see cref="AddressLength"/> bytes, or a group's address.</exception>
    public IReadOnlyList<byte>? Address
    {
        get;
        init => field = value is null || (value.Count == AddressLength && (value[0] & 1) == 0)
            ? value
            : throw new ArgumentException($"an address has {AddressLength} bytes and is no group's", nameof(value));
    }

    /// <summary>The guest's number among sockets, where the back end does not tell it.</summary>
    public uint ContextId { get; init; } = 3;

    /// <summary>
    /// The file to which all goes that passes between guest and back end, or null. Each machine that is built begins it anew. See <see cref="ProxyMachineBuilderExtensions.WithVirtioProxyReplay"/>. Not with <see cref="IsDirect"/>.
    /// </summary>
    public string? RecordFile { get; init; }

    /// <summary>How long, by the host's clock, the back end may take for an answer, and to come back when it is lost. Meanwhile the machine's clock stands still.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public TimeSpan Patience
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "patience is positive");
    } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of writes that are kept at most until a back end has flushed them.</summary>
    internal int UnflushedBytes { get; init; } = Unflushed.UnflushedWrites.UsualCapacity;
}
