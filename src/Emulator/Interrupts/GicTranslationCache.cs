using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>
/// Translations of messages that have been looked up, so that an interrupt costs no walk of tables. Any command that changes a mapping empties it. It is saved with the
/// rest, as software that changes tables behind the service's back could see the difference.
/// </summary>
internal sealed class GicTranslationCache
{
    private const int Slots = 256;

    private readonly Entry[] _entries = new Entry[Slots];
    private bool _isEmpty = true;

    /// <summary>Looks for the translation of a message.</summary>
    public bool TryFind(uint device, uint eventId, out int id, out int cpu)
    {
        ref Entry entry = ref _entries[SlotOf(device, eventId)];
        (id, cpu) = (entry.Id, entry.Cpu);
        return entry.Id != 0 && entry.Device == device && entry.EventId == eventId;
    }

    /// <summary>Remembers a translation.</summary>
    public void Add(uint device, uint eventId, int id, int cpu)
    {
        _entries[SlotOf(device, eventId)] = new Entry(device, eventId, id, cpu);
        _isEmpty = false;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        if (!_isEmpty)
        {
            _isEmpty = true;
            Array.Clear(_entries);
        }
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(_entries.Count(e => e.Id != 0));
        foreach (Entry entry in _entries.Where(e => e.Id != 0))
        {
            writer.Write([entry.Device, entry.EventId, (uint)entry.Id, (uint)entry.Cpu]);
        }
    }

    public void Load(SnapshotReader reader, int cpuCount)
    {
        Clear();
        Span<uint> words = stackalloc uint[4];
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            reader.ReadUInt32s(words);
            if (words[2] is < GicLpis.First or >= 1 << GicLpis.IntIdBits || words[3] >= (uint)cpuCount)
            {
                throw new SnapshotException($"the snapshot translates a message to interrupt {words[2]} of CPU {words[3]}, which cannot be; save it again");
            }

            Add(words[0], words[1], (int)words[2], (int)words[3]);
        }
    }

    private static int SlotOf(uint device, uint eventId) => (int)((device * 37) + eventId) & (Slots - 1);

    private readonly record struct Entry(uint Device, uint EventId, int Id, int Cpu);
}
