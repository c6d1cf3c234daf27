using Emulator.Snapshots;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.VirtioProxy.Unflushed;

namespace Emulator.VirtioProxy.VhostUser;

// A snapshot holds this side's part: what was agreed on, rings, requests without an answer, writes that are not flushed. The back end's part, a disk's contents, is the back end's.
internal sealed partial class VhostUserBackend
{
    private const int SnapshotVersion = 1;

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        RequireSnapshots();
        writer.Section($"{_settings.Name}:vhost-user", SnapshotVersion);
        writer.Write(_features);
        writer.Write(_isRunning);
        writer.Write(_isFailing);
        writer.Write(_configuration);
        writer.Write(_armed.Nanoseconds);
        ShadowQueue.SaveAll(writer, _queues, _settings.Memory);
        writer.Write(_unflushed is not null);
        _unflushed?.Save(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        RequireSnapshots();
        _ = reader.Section($"{_settings.Name}:vhost-user", SnapshotVersion);
        ForgetQueues();
        _features = reader.ReadUInt64();
        _isRunning = reader.ReadBoolean();
        _isFailing = reader.ReadBoolean();
        reader.ReadBytes(_configuration);
        _armed = new VirtualTime(reader.ReadInt64());
        if ((_features & ~Features & ~VirtioFeatures.Reserved) != 0)
        {
            throw new SnapshotException($"the back end of '{_settings.Name}' offers less than that of the snapshot did; load it with a back end of the same kind");
        }

        ShadowQueue.LoadAll(reader, _queues, _settings.Memory);
        if (reader.ReadBoolean() != _unflushed is not null)
        {
            throw new SnapshotException($"'{_settings.Name}' keeps unflushed writes, and that of the snapshot did not, or the other way round; load it into a machine of the same description");
        }

        _unflushed?.Load(reader);
        _writesAreWith = 0;
        _isFirst = false;
        SetKeepsWrites();
        if (_isFailing)
        {
            Array.ForEach(_queues, queue => queue.AnswerAll(_profile.MakeError));
        }
        else if (_isRunning && _peer.State == VhostUserPeerState.Gone)
        {
            _peer.Revive();
        }

        HoldClock();
    }

    private void RequireSnapshots()
    {
        if (_options.IsDirect)
        {
            throw new SnapshotException($"'{_settings.Name}' shares the guest's RAM with its back end, which may write there at any instant (memory=direct); save and fork machines with memory=copied");
        }

        if (!_profile.SurvivesPeer)
        {
            throw new SnapshotException($"'{_settings.Name}' has a session that its back end keeps, and that is not the machine's to copy; leave the device out of machines that are saved or forked");
        }
    }
}
