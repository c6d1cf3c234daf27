namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>How a <see cref="VhostUserServer"/> deals with front ends.</summary>
public sealed record VhostUserServerOptions
{
    /// <summary>How long, by the host's clock, a front end may take for the whole of a message that it has begun, and to take an answer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public TimeSpan Patience
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "patience is positive");
    } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Accepts memory in files whose length nothing seals, as those that are not memfds. A front end that cuts such a file short ends this whole process, as its memory is then gone.
    /// </summary>
    public bool AcceptsUnsealedMemory { get; init; }
}
