using System.Buffers.Binary;
using Emulator.Snapshots;

namespace Emulator.Memory;

/// <summary>
/// The write buffer of a flash bank. The word count may go to any address of the block. It counts bus writes of the width of the first, and the
/// first is where the window starts that they fill; the others may come anywhere in it, in any order. (U-Boot takes two chips in lockstep for one
/// and writes 16 bits at a time.) What breaks these rules is found at the confirmation, so that no datum is ever taken for a command.
/// </summary>
internal sealed class FlashWriteBuffer
{
    private const int BusWidth = 4;

    private readonly byte[] _bytes;
    private int _block;
    private int _length;
    private int _remaining;
    private bool _hasStarted;

    public FlashWriteBuffer(int length)
    {
        _bytes = new byte[length];
    }

    /// <summary>True when the sequence broke the rules. Where it is confirmed does not count: EDK2 does so at the bank's start, whichever block it is for.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Where in the bank the window starts.</summary>
    public ulong Offset { get; private set; }

    /// <summary>The window; what no datum has set has all bits set, so that programming leaves it.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Begins a new sequence.</summary>
    /// <param name="block">The block it is for.</param>
    public void Start(int block)
    {
        _block = block;
        _length = 0;
        _hasStarted = false;
        IsBroken = false;
        Offset = 0;
        _bytes.AsSpan().Fill(0xff);
    }

    /// <summary>Takes the word count.</summary>
    /// <param name="block">The block it was written to.</param>
    /// <param name="countMinusOne">What one chip was told: its words, and so the bus writes that follow, minus one.</param>
    /// <returns>False when the sequence ends here: another block, or more than the buffer holds.</returns>
    public bool SetCount(int block, ushort countMinusOne)
    {
        _remaining = countMinusOne + 1;
        return block == _block && _remaining * BusWidth <= _bytes.Length;
    }

    /// <summary>Takes a datum.</summary>
    /// <param name="offset">Where in the bank it belongs.</param>
    /// <param name="value">The value.</param>
    /// <param name="size">Its width in bytes, at most 4.</param>
    /// <returns>True when it was the last.</returns>
    public bool Add(ulong offset, uint value, int size)
    {
        if (!_hasStarted)
        {
            _hasStarted = true;
            _length = _remaining * size;
            Offset = offset;
            IsBroken = !IsInBlock(Offset) || !IsInBlock(Offset + (ulong)_length - 1);
        }

        _remaining--;
        ulong inside = offset - Offset;
        if (offset < Offset || inside + (ulong)size > (ulong)_length)
        {
            IsBroken = true;
        }
        else
        {
            Span<byte> word = stackalloc byte[BusWidth];
            BinaryPrimitives.WriteUInt32LittleEndian(word, value);
            word[..size].CopyTo(_bytes.AsSpan((int)inside));
        }

        return _remaining == 0;
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(_bytes);
        writer.Write(_block);
        writer.Write(_length);
        writer.Write(_remaining);
        writer.Write(_hasStarted);
        writer.Write(IsBroken);
        writer.Write(Offset);
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadBytes(_bytes);
        _block = reader.ReadInt32();
        _length = reader.ReadInt32();
        _remaining = reader.ReadInt32();
        _hasStarted = reader.ReadBoolean();
        IsBroken = reader.ReadBoolean();
        Offset = reader.ReadUInt64();
        int limit = _bytes.Length / BusWidth;
        bool windowFits = !_hasStarted || IsBroken || (IsInBlock(Offset) && IsInBlock(Offset + (ulong)_length - 1));
        if (_length < 0 || _length > _bytes.Length || _remaining < 0 || _remaining > limit + 1 || !windowFits)
        {
            throw new SnapshotException("the flash write buffer of the snapshot is broken; save it again");
        }
    }

    private bool IsInBlock(ulong offset) => offset / CfiFlash.BlockLength == (ulong)_block;
}
