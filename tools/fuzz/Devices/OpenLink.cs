using Emulator.Network;
using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Fuzz.Devices;

/// <summary>A link whose other end is the fuzzer: what is sent is gone, and frames come when it says so.</summary>
internal sealed class OpenLink : INetworkLink
{
    private const int LeastFrame = 60;

    private INetworkAdapter _adapter = null!;

    /// <inheritdoc/>
    public void Connect(INetworkAdapter adapter, IMachineClock clock, string name) => _adapter = adapter;

    /// <summary>A frame comes.</summary>
    /// <param name="destination">Its first bytes.</param>
    /// <param name="rest">Those behind.</param>
    public void Deliver(ReadOnlySpan<byte> destination, ReadOnlySpan<byte> rest)
    {
        Span<byte> frame = stackalloc byte[LeastFrame + 256];
        frame.Clear();
        destination.CopyTo(frame);
        rest.CopyTo(frame[destination.Length..]);
        _adapter.Receive(frame[..Math.Max(LeastFrame, destination.Length + rest.Length)]);
    }

    /// <inheritdoc/>
    public void Transmit(ReadOnlySpan<byte> frame)
    {
        // Nobody listens.
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        // Nothing is under way.
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        // Nothing is under way.
    }
}
