using System.Buffers.Binary;

namespace Emulator.VirtioProxy.Tests.VhostUser;

/// <summary>A request as a back end sees it.</summary>
internal sealed class PeerChain
{
    private readonly ScriptedPeer _peer;
    private readonly PeerRing _ring;

    public PeerChain(ScriptedPeer peer, PeerRing ring, ulong table, ushort head)
    {
        _peer = peer;
        _ring = ring;
        Head = head;
        byte[] entry = new byte[16];
        List<byte> readable = [];
        ushort flags = 1;
        ushort index = head;
        while ((flags & 1) != 0)
        {
            PeerRing.Read(peer, table + (16 * (ulong)index), entry);
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(entry);
            int length = BinaryPrimitives.ReadInt32LittleEndian(entry.AsSpan(8));
            flags = BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(12));
            index = BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(14));
            Addresses.Add(address);
            if ((flags & 2) != 0)
            {
                Writable.Add((address, length));
            }
            else
            {
                byte[] bytes = new byte[length];
                PeerRing.Read(peer, address, bytes);
                readable.AddRange(bytes);
            }
        }

        Readable = [.. readable];
    }

    public ushort Head { get; }

    public byte[] Readable { get; }

    public List<(ulong Address, int Length)> Writable { get; } = [];

    public List<ulong> Addresses { get; } = [];

    /// <summary>Fills all that can be written.</summary>
    public uint Fill(byte value)
    {
        uint written = 0;
        foreach ((ulong address, int length) in Writable)
        {
            PeerRing.Write(_peer, address, Enumerable.Repeat(value, length).ToArray());
            written += (uint)length;
        }

        return written;
    }

    /// <summary>Is done with a chain that was kept.</summary>
    public void Finish(byte value) => _ring.Use(_peer, Head, Fill(value));

    /// <summary>Says that so many chains are done.</summary>
    public void MoveUsedIndex(ushort index) => _ring.MoveUsedIndex(_peer, index);
}
