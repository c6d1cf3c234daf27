using System.Security.Cryptography;
using Emulator.Snapshots;
using Emulator.Virtio.Devices;

namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>The host's random bytes, which no run repeats.</summary>
internal sealed class HostRandom : IRandomSource
{
    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer) => throw new SnapshotException("the host's random bytes are no state that can be saved");

    /// <inheritdoc/>
    public void Load(SnapshotReader reader) => throw new SnapshotException("the host's random bytes are no state that can be loaded");
}
