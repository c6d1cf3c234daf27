namespace Emulator.Testing.Network;

/// <summary>What a <see cref="Lan"/> offers.</summary>
public sealed record LanOptions
{
    /// <summary>Folder whose files are served by TFTP and HTTP, to read only; none if null.</summary>
    public string? Folder { get; init; }

    /// <summary>Name of the file that DHCP tells a client to boot; none if null.</summary>
    public string? BootFile { get; init; }

    /// <summary>How long a frame travels, in nanoseconds, at least 1.</summary>
    public long Latency { get; init; } = 100_000;
}
