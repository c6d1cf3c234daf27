namespace Emulator.VirtioProxy.Server;

/// <summary>A request that came by message.</summary>
/// <param name="Head">Names it in its queue.</param>
/// <param name="Start">Where its buffers are: first what the device reads, then what it writes.</param>
/// <param name="Readable">Length of what the device reads.</param>
/// <param name="Writable">Length of what the device writes.</param>
internal sealed record ChainEntry(ushort Head, int Start, int Readable, int Writable)
{
    /// <summary>Readable bytes that are not here yet.</summary>
    public int Missing { get; set; }

    /// <summary>Where the writable part begins.</summary>
    public int WritableStart => Start + Readable;

    /// <summary>Length of both parts.</summary>
    public int Length => Readable + Writable;
}
