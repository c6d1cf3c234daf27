namespace Emulator.Memory;

/// <summary>
/// A block of guest memory: RAM, or the array of a ROM or flash. All writes go through <see cref="Write"/> or a page made
/// writable by <see cref="PrepareWrite"/>, so that dirty pages are known without the help of page protection.
/// </summary>
public sealed unsafe class GuestRam : IDisposable
{
    /// <summary>Size of the pages that are tracked, in bytes.</summary>
    public const int PageSize = 4096;

    /// <summary>log2 of <see cref="PageSize"/>.</summary>
    internal const int PageShift = 12;

    private readonly HostPages _pages;
    private readonly RamPageFlags[] _flags;
    private readonly List<ICodeObserver> _codeObservers = [];

    /// <summary>Allocates zeroed memory.</summary>
    /// <param name="name">A name for logs and snapshots.</param>
    /// <param name="length">Length in bytes, a multiple of <see cref="PageSize"/>, not zero.</param>
    /// <param name="mode">Who can see it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is zero or no multiple of the page size.</exception>
    /// <exception cref="EmulatorException">The host has not so much memory.</exception>
    public GuestRam(string name, ulong length, RamMode mode = RamMode.Private)
    {
        if (length == 0 || length % PageSize != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, $"guest memory comes in multiples of {PageSize} bytes");
        }

        Name = name;
        Mode = mode;
        _pages = mode == RamMode.Shared ? HostPages.AllocateShared(length) : HostPages.AllocatePrivate(length);
        _flags = new RamPageFlags[length >> PageShift];
    }

    /// <summary>
    /// Wraps memory that another process has, too. Unless a guest here has it, nobody runs code in it or saves it, so that what is written to it is not tracked: whatever its length, this takes no memory of its own then.
    /// </summary>
    /// <param name="name">A name for logs.</param>
    /// <param name="pages">The memory, which is then this object's.</param>
    /// <param name="isTracked">True when it is mapped on a machine's bus.</param>
    internal GuestRam(string name, HostPages pages, bool isTracked = false)
    {
        Name = name;
        Mode = RamMode.Shared;
        _pages = pages;
        _flags = isTracked ? new RamPageFlags[pages.Length >> PageShift] : [];
    }

    /// <summary>Raised after others than CPUs have written: devices, the host. Gives the first byte and how many.</summary>
    internal event Action<ulong, int>? WrittenFromOutside;

    /// <summary>A name for logs and snapshots.</summary>
    public string Name { get; }

    /// <summary>Who can see this memory.</summary>
    public RamMode Mode { get; }

    /// <summary>Length in bytes.</summary>
    public ulong Length => _pages.Length;

    /// <summary>A descriptor by which another process can map the memory, or -1. It stays this object's.</summary>
    public int FileDescriptor => _pages.FileDescriptor;

    /// <summary>First byte in the host's memory.</summary>
    internal byte* Pointer => _pages.Pointer;

    /// <summary>Number of pages written since <see cref="ClearDirty"/>.</summary>
    public int CountDirtyPages()
    {
        int count = 0;
        foreach (RamPageFlags flags in _flags)
        {
            count += (int)(flags & RamPageFlags.Dirty);
        }

        return count;
    }

    /// <summary>True when a page was written since <see cref="ClearDirty"/>.</summary>
    /// <param name="page">Index of the page.</param>
    public bool IsDirty(int page) => (_flags[page] & RamPageFlags.Dirty) != 0;

    /// <summary>Reads bytes.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="destination">Where to; all of it must lie inside.</param>
    public void Read(ulong offset, Span<byte> destination)
    {
        CheckRange(offset, destination.Length);
        new ReadOnlySpan<byte>(Pointer + offset, destination.Length).CopyTo(destination);
    }

    /// <summary>Writes bytes; marks the pages dirty and their decoded instructions stale.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="source">What to write; all of it must lie inside.</param>
    public void Write(ulong offset, ReadOnlySpan<byte> source)
    {
        CheckRange(offset, source.Length);
        source.CopyTo(new Span<byte>(Pointer + offset, source.Length));
        MarkWrittenFromOutside(offset, source.Length);
    }

    /// <summary>True when a page holds nothing but zeros.</summary>
    internal bool IsZero(ulong offset) => new ReadOnlySpan<byte>(Pointer + offset, PageSize).IndexOfAnyExcept((byte)0) < 0;

    /// <inheritdoc/>
    public void Dispose() => _pages.Dispose();

    /// <summary>Writes zeros.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">How many; all of them must lie inside.</param>
    internal void Clear(ulong offset, ulong length)
    {
        while (length > 0)
        {
            int count = (int)Math.Min(length, 1 << 30);
            CheckRange(offset, count);
            new Span<byte>(Pointer + offset, count).Clear();
            MarkWrittenFromOutside(offset, count);
            offset += (ulong)count;
            length -= (ulong)count;
        }
    }

    /// <summary>Clears whole pages and gives them back to the host until they are written again; marks them dirty and their decoded instructions stale.</summary>
    /// <param name="offset">First byte, a multiple of <see cref="PageSize"/>.</param>
    /// <param name="length">Length in bytes, a multiple of <see cref="PageSize"/>.</param>
    internal void GiveBack(ulong offset, int length)
    {
        CheckRange(offset, length);
        _pages.GiveBack(offset, (ulong)length);
        MarkWrittenFromOutside(offset, length);
    }

    /// <summary>Sets every bit of whole pages, as erasing flash does; marks them dirty and their decoded instructions stale.</summary>
    /// <param name="offset">First byte, a multiple of <see cref="PageSize"/>.</param>
    /// <param name="length">Length in bytes, a multiple of <see cref="PageSize"/>.</param>
    internal void SetAllBits(ulong offset, int length)
    {
        CheckRange(offset, length);
        _pages.SetAllBits(offset, (ulong)length);
        MarkWrittenFromOutside(offset, length);
    }

    /// <summary>What is known of a page.</summary>
    internal RamPageFlags Flags(ulong offset) => _flags[offset >> PageShift];

    /// <summary>Says who must hear of stores to code.</summary>
    internal void AddCodeObserver(ICodeObserver observer) => _codeObservers.Add(observer);

    /// <summary>A CPU holds decoded instructions of the page from now on. It must also see to it that no TLB lets a store to the page pass unseen.</summary>
    internal void MarkCode(ulong offset) => _flags[offset >> PageShift] |= RamPageFlags.Code;

    /// <summary>No CPU holds decoded instructions of the page any more.</summary>
    internal void ClearCode(ulong offset)
    {
        _flags[offset >> PageShift] &= ~RamPageFlags.Code;
        foreach (ICodeObserver observer in _codeObservers)
        {
            observer.CodeUnwatched(this, offset);
        }
    }

    /// <summary>A CPU has read a translation table descriptor in the page.</summary>
    internal void MarkTables(ulong offset) => _flags[offset >> PageShift] |= RamPageFlags.Tables;

    /// <summary>
    /// Makes a page ready for stores that go straight to <see cref="Pointer"/>: marks it dirty (and is where copy-on-write
    /// resolves). False when the page holds decoded instructions: then each store must be reported by <see cref="MarkWritten"/>.
    /// </summary>
    internal bool PrepareWrite(ulong offset)
    {
        ref RamPageFlags flags = ref _flags[offset >> PageShift];
        flags |= RamPageFlags.Dirty;
        return (flags & RamPageFlags.Code) == 0;
    }

    /// <summary>Bytes were stored behind the back of this object: marks the pages dirty and their decoded instructions stale.</summary>
    internal void MarkWritten(ulong offset, int length)
    {
        ulong end = offset + (ulong)length;
        while (offset < end)
        {
            ulong pageEnd = Math.Min(end, (offset | (PageSize - 1)) + 1);
            ref RamPageFlags flags = ref _flags[offset >> PageShift];
            flags |= RamPageFlags.Dirty;
            if ((flags & RamPageFlags.Code) != 0)
            {
                foreach (ICodeObserver observer in _codeObservers)
                {
                    observer.CodeChanged(this, offset, (int)(pageEnd - offset));
                }
            }

            offset = pageEnd;
        }
    }

    /// <summary>Others than CPUs have stored behind the back of this object.</summary>
    internal void MarkWrittenFromOutside(ulong offset, int length)
    {
        if (_flags.Length > 0)
        {
            MarkWritten(offset, length);
        }

        WrittenFromOutside?.Invoke(offset, length);
    }

    /// <summary>Forgets which pages are dirty. TLBs that let stores pass unseen must be flushed by the caller.</summary>
    internal void ClearDirty()
    {
        foreach (ref RamPageFlags flags in _flags.AsSpan())
        {
            flags &= ~RamPageFlags.Dirty;
        }
    }

    private void CheckRange(ulong offset, int count)
    {
        if (offset > Length || (ulong)count > Length - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{count} bytes from there do not lie in the {Length} bytes of '{Name}'");
        }
    }
}
