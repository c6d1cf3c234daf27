using System.Buffers.Binary;
using System.Numerics;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Pci;

/// <summary>
/// The vectors of a function with MSI-X and which of them are pending (PCI Local Bus 3.0, section 6.8.2): the table, and behind it the Pending Bit Array. A vector that is signalled while it
/// or the function is masked stays pending until it may be sent.
/// </summary>
internal sealed class MsixTable : IPciRegion, ISnapshotState
{
    private const int EntryLength = 16;
    private const int ControlOffset = 12;
    private const uint Mask = 1;
    private const int BitsPerWord = 64;
    private const int SmallestTable = 2048;

    private readonly byte[] _entries;
    private readonly ulong[] _pending;
    private readonly Action<ulong, uint> _send;
    private bool _isMasked = true;

    /// <summary>Creates a table with all vectors masked.</summary>
    /// <param name="vectors">How many, 1 to 2048.</param>
    /// <param name="send">Sends a message: address and data.</param>
    public MsixTable(int vectors, Action<ulong, uint> send)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vectors, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vectors, 2048);
        Vectors = vectors;
        _send = send;
        _entries = new byte[vectors * EntryLength];
        _pending = new ulong[(vectors + BitsPerWord - 1) / BitsPerWord];
        PendingOffset = BitOperations.RoundUpToPowerOf2((uint)Math.Max(vectors * EntryLength, SmallestTable));
        Reset();
    }

    /// <summary>How many vectors there are.</summary>
    public int Vectors { get; }

    /// <summary>Offset of the Pending Bit Array in the region.</summary>
    public uint PendingOffset { get; }

    /// <summary>Length of the region in bytes, a power of two, at least a page.</summary>
    public ulong Length => Math.Max(4096, 2 * (ulong)PendingOffset);

    /// <summary>True while no vector is sent, as the function is masked or MSI-X is off.</summary>
    public bool IsMasked
    {
        get => _isMasked;
        set
        {
            _isMasked = value;
            for (int vector = 0; vector < Vectors && !value; vector++)
            {
                SendPending(vector);
            }
        }
    }

    /// <summary>Sends a vector's message, now or when it is unmasked.</summary>
    /// <param name="vector">The vector; one that does not exist is not sent.</param>
    public void Signal(int vector)
    {
        if ((uint)vector < (uint)Vectors)
        {
            _pending[vector / BitsPerWord] |= 1ul << (vector % BitsPerWord);
            SendPending(vector);
        }
    }

    /// <summary>Masks all vectors and forgets what is pending.</summary>
    public void Reset()
    {
        Array.Clear(_entries);
        Array.Clear(_pending);
        for (int vector = 0; vector < Vectors; vector++)
        {
            _entries[(vector * EntryLength) + ControlOffset] = (byte)Mask;
        }

        _isMasked = true;
    }

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access)
    {
        ulong value = 0;
        for (int index = access.Size - 1; index >= 0; index--)
        {
            value = (value << 8) | ReadByte(access.Offset + (ulong)index);
        }

        return value;
    }

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value)
    {
        // Only whole words of the table can be written.
        if (access.Size >= 4 && access.Offset + (ulong)access.Size <= (ulong)_entries.Length && access.Offset % (ulong)access.Size == 0)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            bytes[..access.Size].CopyTo(_entries.AsSpan((int)access.Offset));
            SendPending((int)access.Offset / EntryLength);
        }

        return BusStatus.Ok;
    }

    /// <inheritdoc/>
    public bool IsPollable(in BusAccess access) => true;

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Section("msix", 1);
        writer.Write(_isMasked);
        writer.Write((ReadOnlySpan<byte>)_entries);
        writer.Write((ReadOnlySpan<ulong>)_pending);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        _ = reader.Section("msix", 1);
        _isMasked = reader.ReadBoolean();
        reader.ReadBytes(_entries);
        reader.ReadUInt64s(_pending);
    }

    private byte ReadByte(ulong offset)
    {
        if (offset < (ulong)_entries.Length)
        {
            return _entries[offset];
        }

        ulong pending = offset - PendingOffset;
        return offset >= PendingOffset && pending < (ulong)_pending.Length * 8 ? (byte)(_pending[pending / 8] >> (int)(8 * (pending % 8))) : (byte)0;
    }

    private void SendPending(int vector)
    {
        ReadOnlySpan<byte> entry = _entries.AsSpan(vector * EntryLength, EntryLength);
        ref ulong pending = ref _pending[vector / BitsPerWord];
        ulong bit = 1ul << (vector % BitsPerWord);
        if (!_isMasked && (pending & bit) != 0 && (BinaryPrimitives.ReadUInt32LittleEndian(entry[ControlOffset..]) & Mask) == 0)
        {
            pending &= ~bit;
            _send(BinaryPrimitives.ReadUInt64LittleEndian(entry), BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]));
        }
    }
}
