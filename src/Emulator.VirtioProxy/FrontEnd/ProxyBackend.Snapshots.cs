using Emulator.Snapshots;
using Emulator.Timing;
using Emulator.Virtio;

namespace Emulator.VirtioProxy.FrontEnd;

// A snapshot holds this side's part: what was agreed on, rings, requests without an answer, writes that are not flushed. The back end's part, a disk's contents, is the back end's; it goes on from a new connection, as after the
// loss of one.
internal abstract partial class ProxyBackend
{
    private const int SnapshotVersion = 1;

    private bool _isLoaded;

    /// <summary>Why there are no snapshots of it, or null.</summary>
    protected virtual string? SnapshotRefusal => null;

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        RequireSnapshots();
        writer.Section($"{Settings.Name}:remote", SnapshotVersion);
        writer.Write(_armed.Nanoseconds);
        lock (_lock)
        {
            writer.Write(AgreedFeatures);
            writer.Write((byte)Status);
            writer.Write(IsBroken);
            writer.Write(_description.Configuration);
            writer.Write(_changed is not null);
            writer.Write(Newest.Configuration);
            writer.Write((byte)_peerStatus);
        }

        SaveQueues(writer);
        writer.Write(Unflushed is not null);
        Unflushed?.Save(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        RequireSnapshots();
        _ = reader.Section($"{Settings.Name}:remote", SnapshotVersion);
        _frontEnd.Suspend();
        EndAsking();
        _armed = new VirtualTime(reader.ReadInt64());
        AgreedFeatures = reader.ReadUInt64();
        Status = (VirtioStatus)reader.ReadByte();
        IsBroken = reader.ReadBoolean();
        LoadConfiguration(reader);
        if ((AgreedFeatures & ~HiddenFeatures & ~_description.Features) != 0)
        {
            throw new SnapshotException($"the back end of '{Settings.Name}' offers less than that of the snapshot did; load it with a back end of the same kind");
        }

        LoadQueues(reader);
        if (reader.ReadBoolean() != Unflushed is not null)
        {
            throw new SnapshotException($"'{Settings.Name}' keeps unflushed writes, and that of the snapshot did not, or the other way round; load it into a machine of the same description");
        }

        Unflushed?.Load(reader);
        _isLoaded = true;
    }

    /// <summary>All of the machine was loaded, and it goes on.</summary>
    public void FinishLoading()
    {
        if (_isLoaded)
        {
            _isLoaded = false;
            OnMemoryLoaded();
        }
    }

    /// <summary>Writes rings and requests.</summary>
    protected abstract void SaveQueues(SnapshotWriter writer);

    /// <summary>Reads what <see cref="SaveQueues"/> wrote. There is no connection, and the guest's memory has not its contents yet.</summary>
    protected abstract void LoadQueues(SnapshotReader reader);

    /// <summary>The guest's memory is there again: requests can be made of what was loaded.</summary>
    protected abstract void OnMemoryLoaded();

    private void LoadConfiguration(SnapshotReader reader)
    {
        lock (_lock)
        {
            byte[] configuration = new byte[_description.Configuration.Length];
            byte[] newest = new byte[configuration.Length];
            reader.ReadBytes(configuration);
            bool hasChanged = reader.ReadBoolean();
            reader.ReadBytes(newest);
            _peerStatus = (VirtioStatus)reader.ReadByte();
            _description = _description with { Configuration = configuration };
            _changed = hasChanged ? _description with { Configuration = newest } : null;
        }
    }

    private void RequireSnapshots()
    {
        if (SnapshotRefusal is { } reason)
        {
            throw new SnapshotException(reason);
        }
    }
}
