namespace Emulator.VirtioProxy.Unflushed;

/// <summary>A way to a disk's back end for requests that are not the guest's. There is one at a time.</summary>
internal interface IOwnRequests
{
    /// <summary>Gives the back end a request.</summary>
    /// <param name="readable">What it reads; it writes a status.</param>
    void SendOwn(ReadOnlySpan<byte> readable);

    /// <summary>Takes the answer.</summary>
    /// <param name="status">The status.</param>
    /// <returns>False while there is none.</returns>
    bool TryTakeOwn(out byte status);
}
