using Emulator.Snapshots;

namespace Emulator.Serial;

/// <summary>The receive FIFO: 16 characters, each with its error bits as UARTDR shows them (bit 8 framing, 9 parity, 10 break).</summary>
internal sealed class Pl011ReceiveFifo
{
    public const int Capacity = 16;

    private readonly uint[] _characters = new uint[Capacity];
    private int _head;

    public int Count { get; private set; }

    public void Add(uint character)
    {
        _characters[(_head + Count) % Capacity] = character;
        Count++;
    }

    public uint Take()
    {
        uint character = _characters[_head];
        _head = (_head + 1) % Capacity;
        Count--;
        return character;
    }

    public void Clear() => Count = 0;

    public void Save(SnapshotWriter writer)
    {
        writer.Write(Count);
        for (int i = 0; i < Count; i++)
        {
            writer.Write(_characters[(_head + i) % Capacity]);
        }
    }

    public void Load(SnapshotReader reader)
    {
        int count = reader.ReadInt32();
        if (count is < 0 or > Capacity)
        {
            throw new SnapshotException($"the snapshot has a receive FIFO of {count} characters, {Capacity} fit; save it again");
        }

        Clear();
        for (int i = 0; i < count; i++)
        {
            Add(reader.ReadUInt32());
        }
    }
}
