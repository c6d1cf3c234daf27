using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Emulator.VirtioProxy.Tests.VhostUser;

/// <summary>The device's side of a split ring in files that another process has handed over.</summary>
internal sealed class PeerRing
{
    private ulong _table;
    private ulong _available;
    private ulong _used;

    public int Size { get; set; }

    public SafeFileHandle? Kick { get; private set; }

    public SafeFileHandle? Call { get; set; }

    public ushort Position { get; private set; }

    /// <summary>Where it begins.</summary>
    public ushort Base { get; set; }

    public int KickDescriptor => Kick is { IsClosed: false } kick ? (int)kick.DangerousGetHandle() : -1;

    private ushort UsedIndex { get; set; }

    public void SetAddresses(ReadOnlySpan<byte> payload)
    {
        _table = BinaryPrimitives.ReadUInt64LittleEndian(payload[8..]);
        _used = BinaryPrimitives.ReadUInt64LittleEndian(payload[16..]);
        _available = BinaryPrimitives.ReadUInt64LittleEndian(payload[24..]);
    }

    public void Begin(SafeFileHandle kick)
    {
        End();
        Kick = kick;
        Position = Base;
        UsedIndex = Base;
    }

    public void End()
    {
        Kick?.Dispose();
        Kick = null;
    }

    public IEnumerable<PeerChain> TakeAvailable(ScriptedPeer peer)
    {
        while (Read16(peer, _available + 2) != Position)
        {
            ushort head = Read16(peer, _available + 4 + (2 * (ulong)(Position % Size)));
            Position++;
            yield return new PeerChain(peer, this, _table, head);
        }
    }

    public void Use(ScriptedPeer peer, uint id, uint written)
    {
        Span<byte> entry = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, id);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], written);
        Write(peer, _used + 4 + (8 * (ulong)(UsedIndex % Size)), entry);
        UsedIndex++;
        MoveUsedIndex(peer, UsedIndex);
    }

    public void MoveUsedIndex(ScriptedPeer peer, ushort index)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, index);
        Write(peer, _used + 2, bytes);
    }

    internal static void Write(ScriptedPeer peer, ulong address, ReadOnlySpan<byte> bytes)
    {
        if (peer.Find(address, out long offset) is { } file)
        {
            RandomAccess.Write(file, bytes, offset);
        }
    }

    internal static void Read(ScriptedPeer peer, ulong address, Span<byte> bytes)
    {
        if (peer.Find(address, out long offset) is { } file)
        {
            _ = RandomAccess.Read(file, bytes, offset);
        }
    }

    private static ushort Read16(ScriptedPeer peer, ulong address)
    {
        Span<byte> bytes = stackalloc byte[2];
        Read(peer, address, bytes);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }
}
