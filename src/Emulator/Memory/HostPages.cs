namespace Emulator.Memory;

/// <summary>Zeroed, page-aligned memory from the operating system. One small subclass per system holds that system's calls.</summary>
internal abstract unsafe class HostPages : IDisposable
{
    /// <summary>First byte.</summary>
    public byte* Pointer { get; protected set; }

    /// <summary>Length in bytes.</summary>
    public ulong Length { get; protected init; }

    /// <summary>A file descriptor by which another process can map the same memory, or -1.</summary>
    public virtual int FileDescriptor => -1;

    /// <summary>Allocates memory of this process alone. Pages cost nothing until touched.</summary>
    /// <param name="length">Length in bytes.</param>
    /// <exception cref="EmulatorException">The system has not so much memory.</exception>
    public static HostPages AllocatePrivate(ulong length) =>
        OperatingSystem.IsLinux() ? new LinuxHostPages(length, shared: false) : new PortableHostPages(length);

    /// <summary>Allocates memory that can be shared by a file descriptor; plain memory where the system has no such thing.</summary>
    /// <param name="length">Length in bytes.</param>
    /// <exception cref="EmulatorException">The system has not so much memory.</exception>
    public static HostPages AllocateShared(ulong length) =>
        OperatingSystem.IsLinux() ? new LinuxHostPages(length, shared: true) : new PortableHostPages(length);

    /// <summary>Maps a part of a file that another process has given.</summary>
    /// <param name="descriptor">The file; it stays the caller's.</param>
    /// <param name="offset">The first byte, a multiple of the page size.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="isReadOnly">True when nothing is to be written.</param>
    /// <exception cref="EmulatorException">The system cannot, or does not allow it.</exception>
    public static HostPages Map(int descriptor, ulong offset, ulong length, bool isReadOnly) =>
        OperatingSystem.IsLinux() ? new LinuxHostPages(descriptor, offset, length, isReadOnly) : throw new EmulatorException("memory of other processes can be mapped on Linux only");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Pointer is not null)
        {
            Release();
            Pointer = null;
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Clears whole pages. Where the system can, it gets them back until they are written again.</summary>
    /// <param name="offset">First byte, a multiple of the page size.</param>
    /// <param name="length">Length in bytes, a multiple of the page size.</param>
    public virtual void GiveBack(ulong offset, ulong length) => new Span<byte>(Pointer + offset, checked((int)length)).Clear();

    /// <summary>
    /// Sets every bit of a range, as erasing flash does. Where the system can, the range costs no memory of its own until written again.
    /// </summary>
    /// <param name="offset">First byte, a multiple of the page size.</param>
    /// <param name="length">Length in bytes, a multiple of the page size.</param>
    public virtual void SetAllBits(ulong offset, ulong length) => new Span<byte>(Pointer + offset, checked((int)length)).Fill(0xff);

    /// <summary>Gives the memory back to the system.</summary>
    protected abstract void Release();
}
