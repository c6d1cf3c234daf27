using Emulator.Snapshots;
using Emulator.Timing;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices;

/// <summary>Requests that were executed and are not told of yet, as records in the order of their instants. It holds no more than the queues have entries.</summary>
internal sealed class CompletionQueue : ISnapshotState
{
    private readonly string _name;
    private readonly int _queueCount;
    private readonly Record[] _records;
    private int _first;

    /// <summary>Creates an empty one.</summary>
    /// <param name="name">A name for snapshots.</param>
    /// <param name="queueCount">Number of queues.</param>
    /// <param name="capacity">Entries that all queues have together.</param>
    public CompletionQueue(string name, int queueCount, int capacity)
    {
        _name = $"{name}:completions";
        _queueCount = queueCount;
        _records = new Record[capacity];
    }

    /// <summary>Number of records.</summary>
    public int Count { get; private set; }

    /// <summary>The instant of the first one, or <see cref="VirtualTime.Never"/>.</summary>
    public VirtualTime NextDeadline => Count == 0 ? VirtualTime.Never : _records[_first].Deadline;

    /// <summary>Adds a record behind all others.</summary>
    public void Add(VirtualTime deadline, int queue, in ServedRequest request)
    {
        _records[(_first + Count) % _records.Length] = new Record(deadline, queue, request);
        Count++;
    }

    /// <summary>Takes the first record if its instant has come.</summary>
    public bool TryTake(VirtualTime now, out int queue, out ServedRequest request)
    {
        if (NextDeadline > now || Count == 0)
        {
            queue = 0;
            request = default;
            return false;
        }

        ref readonly Record record = ref _records[_first];
        queue = record.Queue;
        request = record.Request;
        _first = (_first + 1) % _records.Length;
        Count--;
        return true;
    }

    /// <summary>Forgets the records of one queue.</summary>
    public void Remove(int queue)
    {
        int count = Count;
        Count = 0;
        for (int i = 0; i < count; i++)
        {
            Record record = _records[(_first + i) % _records.Length];
            if (record.Queue != queue)
            {
                _records[(_first + Count++) % _records.Length] = record;
            }
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => Count = 0;

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Section(_name, 2);
        writer.Write(Count);
        for (int i = 0; i < Count; i++)
        {
            ref readonly Record record = ref _records[(_first + i) % _records.Length];
            writer.Write(record.Deadline.Nanoseconds);
            writer.Write(record.Queue);
            writer.Write((uint)record.Request.Element.Id);
            writer.Write((uint)record.Request.Element.DescriptorCount);
            writer.Write(record.Request.Element.Written);
            writer.Write(record.Request.Type);
            writer.Write(record.Request.BytesRead);
            writer.Write(record.Request.Announced.Nanoseconds);
            writer.Write(record.Request.Started.Nanoseconds);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        _ = reader.Section(_name, 2);
        int count = reader.ReadInt32();
        Clear();
        for (int i = 0; i < count; i++)
        {
            var deadline = new VirtualTime(reader.ReadInt64());
            int queue = reader.ReadInt32();
            var element = new UsedElement((ushort)reader.ReadUInt32(), (ushort)reader.ReadUInt32(), reader.ReadUInt32());
            uint type = reader.ReadUInt32();
            long bytesRead = reader.ReadInt64();
            var announced = new VirtualTime(reader.ReadInt64());
            var started = new VirtualTime(reader.ReadInt64());
            if (Count == _records.Length || (uint)queue >= (uint)_queueCount || element.DescriptorCount > VirtqueueSettings.LargestSize)
            {
                throw new SnapshotException($"the snapshot has requests of '{_name}' that this machine has no room for; load it into a machine of the same description");
            }

            Add(deadline, queue, new ServedRequest(element, type, bytesRead, announced, started, HostAnnounced: 0));
        }
    }

    private readonly record struct Record(VirtualTime Deadline, int Queue, ServedRequest Request);
}
