using Emulator.Snapshots;

namespace Emulator.Virtio.Devices;

/// <summary>Where the bytes of an entropy device come from.</summary>
internal interface IRandomSource : ISnapshotState
{
    /// <summary>Fills bytes.</summary>
    /// <param name="bytes">Where to.</param>
    void Fill(Span<byte> bytes);
}
