namespace Emulator.Virtio.Devices.Net;

/// <summary>What can be chosen about a network device.</summary>
public sealed record VirtioNetOptions
{
    /// <summary>Most pairs of queues.</summary>
    public const int MostPairs = 8;

    /// <summary>Bytes of an Ethernet address.</summary>
    internal const int AddressLength = 6;

    /// <summary>How the guest reaches the device.</summary>
    public VirtioTransport Transport { get; init; }

    /// <summary>Its Ethernet address, six bytes; made from the machine's seed if null.</summary>
    /// <exception cref="ArgumentException">It has another length, or is a group's.</exception>
    public byte[]? Address
    {
        get;
        init => field = value is null || (value.Length == AddressLength && (value[0] & 1) == 0)
            ? value
            : throw new ArgumentException("an Ethernet address of a station has six bytes, of which the first is even", nameof(value));
    }

    /// <summary>Pairs of queues, 1 to <see cref="MostPairs"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public int Pairs
    {
        get;
        init => field = value is >= 1 and <= MostPairs ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"a network device has 1 to {MostPairs} pairs of queues");
    }

    = 1;
}
