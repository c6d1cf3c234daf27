namespace Emulator.Memory;

/// <summary>Memory that a guest can read and execute from. Its writes change nothing and are no error, as on QEMU.</summary>
public sealed class Rom : IMemoryMappedArray, IDisposable
{
    /// <summary>Creates a ROM.</summary>
    /// <param name="name">A name for logs and statistics.</param>
    /// <param name="contents">What it holds from its start; the rest reads as zero.</param>
    /// <param name="length">Length of its window in bytes, a multiple of the page size; zero for the contents' own length, rounded up.</param>
    /// <exception cref="ArgumentException">The contents are longer than the window, or both are empty.</exception>
    public Rom(string name, ReadOnlySpan<byte> contents, ulong length = 0)
    {
        if (length == 0)
        {
            length = ((ulong)contents.Length + GuestRam.PageSize - 1) & ~(ulong)(GuestRam.PageSize - 1);
        }

        if ((ulong)contents.Length > length)
        {
            throw new ArgumentException($"{contents.Length} bytes do not fit into the {length} bytes of '{name}'", nameof(contents));
        }

        Array = new GuestRam(name, length);
        Array.Write(0, contents);
        Array.ClearDirty();
    }

    /// <summary>Takes memory that is there.</summary>
    /// <param name="array">What it holds; it is disposed with this.</param>
    internal Rom(GuestRam array) => Array = array;

    /// <inheritdoc/>
    public event Action? ArrayReadableChanged
    {
        // A ROM is readable for ever.
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public string Name => Array.Name;

    /// <inheritdoc/>
    public ulong Length => Array.Length;

    /// <inheritdoc/>
    public GuestRam Array { get; }

    /// <inheritdoc/>
    public bool IsArrayReadable => true;

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        Array.Read(access.Offset, bytes[..access.Size]);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value) => BusStatus.Ok;

    /// <inheritdoc/>
    public void Reset(ResetKind kind)
    {
        // Nothing can have changed.
    }

    /// <inheritdoc/>
    public bool IsPollable(in BusAccess access) => true;

    /// <inheritdoc/>
    public void Dispose() => Array.Dispose();
}
