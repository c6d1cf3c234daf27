namespace Emulator.Virtio.Devices.Block;

/// <summary>What can be chosen about a disk.</summary>
public sealed record VirtioBlockOptions
{
    /// <summary>Most queues of a disk.</summary>
    public const int MostQueues = 64;

    /// <summary>How the guest reaches the disk.</summary>
    public VirtioTransport Transport { get; init; }

    /// <summary>Refuse the guest's writes.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Keep what the guest writes in memory, and leave the file as it is.</summary>
    public bool IsSnapshot { get; init; }

    /// <summary>The disk's name, as a guest can ask for it: at most 20 ASCII characters.</summary>
    /// <exception cref="ArgumentException">It is longer, or not ASCII.</exception>
    public string Id
    {
        get;
        init => field = value is { Length: <= VirtioBlock.IdLength } && value.All(char.IsAscii)
            ? value
            : throw new ArgumentException($"'{value}' is no id of a disk: use at most {VirtioBlock.IdLength} ASCII characters", nameof(value));
    }

    = "";

    /// <summary>Number of request queues, 1 to <see cref="MostQueues"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public int Queues
    {
        get;
        init => field = value is >= 1 and <= MostQueues ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"a disk has 1 to {MostQueues} queues");
    }

    = 1;
}
