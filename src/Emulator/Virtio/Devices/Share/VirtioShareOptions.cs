namespace Emulator.Virtio.Devices.Share;

/// <summary>What can be chosen about a folder that is shared with a guest.</summary>
public sealed record VirtioShareOptions
{
    /// <summary>Most characters of a tag: what Linux shows of it.</summary>
    public const int MostTagCharacters = 31;

    /// <summary>How the guest reaches the folder.</summary>
    public VirtioTransport Transport { get; init; }

    /// <summary>Refuse all changes by the guest.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>The name by which the guest mounts it: 1 to <see cref="MostTagCharacters"/> ASCII characters that can be printed.</summary>
    /// <exception cref="ArgumentException">It is empty, longer, or has other characters.</exception>
    public string Tag
    {
        get;
        init => field = value is { Length: >= 1 and <= MostTagCharacters } && value.All(c => c is > ' ' and < '\x7f')
            ? value
            : throw new ArgumentException($"'{value}' is no tag of a folder: use 1 to {MostTagCharacters} ASCII characters without spaces", nameof(value));
    }

    = "share";
}
