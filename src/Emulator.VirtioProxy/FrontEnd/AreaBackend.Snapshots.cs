using Emulator.Snapshots;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.VirtioProxy.FrontEnd;

// Rings and requests in a snapshot. The peer's rings and areas are none of it: they end with their connection.
internal sealed partial class AreaBackend
{
    /// <inheritdoc/>
    protected override string? SnapshotRefusal => _isDirect
        ? $"'{Settings.Name}' shares the guest's RAM with its back end, which may write there at any instant (memory=direct); save and fork machines with memory=copied or memory=chains"
        : null;

    /// <inheritdoc/>
    protected override void SaveQueues(SnapshotWriter writer) => ShadowQueue.SaveAll(writer, _queues, Settings.Memory);

    /// <inheritdoc/>
    protected override void LoadQueues(SnapshotReader reader)
    {
        _ = FollowPeer();
        ShadowQueue.LoadAll(reader, _queues, Settings.Memory);
        _writesAreWith = null;
    }

    /// <inheritdoc/>
    protected override void OnMemoryLoaded()
    {
        // Requests are copied when there is an area to copy them to.
    }
}
