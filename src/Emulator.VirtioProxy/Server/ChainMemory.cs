using Emulator.Memory;

namespace Emulator.VirtioProxy.Server;

/// <summary>Memory for the buffers of requests that travel in messages. It has a limit, so that no peer can make it grow.</summary>
internal sealed class ChainMemory : IDisposable
{
    /// <summary>All that requests on the way can take together, in bytes.</summary>
    public const int Length = 256 << 20;

    private const int Alignment = 64;

    private readonly GuestRam _ram = new("chains", Length);
    private readonly SystemBus _bus = new();
    private readonly SortedList<int, int> _free = new() { [0] = Length };
    private readonly List<(int Start, int Length)> _written = [];

    /// <summary>Allocates nothing but addresses yet.</summary>
    public ChainMemory()
    {
        _bus.MapRam(0, _ram);
        View = new DmaView(_bus, BusInitiator.Host);
        _ram.WrittenFromOutside += NoteWritten;
    }

    /// <summary>The memory as a model sees it.</summary>
    public DmaView View { get; }

    /// <summary>Takes a piece.</summary>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="start">Where it is.</param>
    /// <returns>False when there is not so much left.</returns>
    public bool TryTake(int length, out int start)
    {
        int needed = RoundUp(length);
        for (int i = 0; i < _free.Count; i++)
        {
            int available = _free.GetValueAtIndex(i);
            if (available >= needed)
            {
                start = _free.GetKeyAtIndex(i);
                _free.RemoveAt(i);
                if (available > needed)
                {
                    _free.Add(start + needed, available - needed);
                }

                return true;
            }
        }

        start = 0;
        return false;
    }

    /// <summary>Gives a piece back.</summary>
    public void Return(int start, int length)
    {
        int end = start + RoundUp(length);
        if (_free.Remove(end, out int behind))
        {
            end += behind;
        }

        _free.Add(start, end - start);
        int index = _free.IndexOfKey(start);
        if (index > 0 && _free.GetKeyAtIndex(index - 1) + _free.GetValueAtIndex(index - 1) == start)
        {
            int before = _free.GetKeyAtIndex(index - 1);
            _free.RemoveAt(index);
            _free[before] = end - before;
        }
    }

    /// <summary>The bytes of a piece.</summary>
    public unsafe Span<byte> Bytes(int start, int length) => new(_ram.Pointer + start, length);

    /// <summary>Tells, and forgets, something that a model has written of a piece, in the order written.</summary>
    /// <param name="start">Where the piece is.</param>
    /// <param name="length">Its length.</param>
    /// <param name="offset">Where it was written, from the piece's start.</param>
    /// <param name="count">How many bytes.</param>
    /// <returns>False when that was all.</returns>
    public bool TryTakeWritten(int start, int length, out int offset, out int count)
    {
        for (int i = 0; i < _written.Count; i++)
        {
            (int first, count) = _written[i];
            if (first >= start && first + count <= start + length)
            {
                offset = first - start;
                _written.RemoveAt(i);
                return true;
            }
        }

        offset = count = 0;
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _ram.Dispose();

    private static int RoundUp(int length) => Math.Max(Alignment, (length + Alignment - 1) & ~(Alignment - 1));

    private void NoteWritten(ulong first, int count)
    {
        if (_written.Count > 0 && _written[^1] is var last && last.Start + last.Length == (int)first)
        {
            _written[^1] = (last.Start, last.Length + count);
        }
        else
        {
            _written.Add(((int)first, count));
        }
    }
}
