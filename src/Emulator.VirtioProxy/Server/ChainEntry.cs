namespace Emulator.VirtioProxy.Server;

/// <summary>A request that came by message. An object is used again for one request after another.</summary>
internal sealed class ChainEntry
{
    /// <summary>Names it in its queue.</summary>
    public ushort Head { get; private set; }

    /// <summary>Where its buffers are: first what the device reads, then what it writes.</summary>
    public int Start { get; private set; }

    /// <summary>Length of what the device reads.</summary>
    public int Readable { get; private set; }

    /// <summary>Length of what the device writes.</summary>
    public int Writable { get; private set; }

    /// <summary>Readable bytes that are not here yet.</summary>
    public int Missing { get; set; }

    /// <summary>Where the writable part begins.</summary>
    public int WritableStart => Start + Readable;

    /// <summary>Length of both parts.</summary>
    public int Length => Readable + Writable;

    /// <summary>Becomes another request.</summary>
    public void Set(ushort head, int start, int readable, int writable, int missing) => (Head, Start, Readable, Writable, Missing) = (head, start, readable, writable, missing);
}
