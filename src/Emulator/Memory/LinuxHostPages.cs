using System.Runtime.InteropServices;

namespace Emulator.Memory;

/// <summary>Memory from Linux: anonymous pages, or a memfd that another process can map.</summary>
internal sealed unsafe partial class LinuxHostPages : HostPages
{
    private const int ProtRead = 1;
    private const int ProtWrite = 2;
    private const int MapShared = 1;
    private const int MapPrivate = 2;
    private const int MapFixed = 0x10;
    private const int MapAnonymous = 0x20;
    private const int MapNoReserve = 0x4000;
    private const uint MfdCloexec = 1;
    private const uint MfdAllowSealing = 2;
    private const int AddSeals = 1033; // F_ADD_SEALS
    private const int SealSealShrinkGrow = 1 | 2 | 4; // F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW
    private const int DontNeed = 4; // MADV_DONTNEED

    // Large enough that a wholly erased 64 MiB bank takes 256 mappings, small enough to cost next to nothing.
    private const int OnesLength = 256 * 1024;

    private int _fileDescriptor = -1;
    private int _ones = -1;

    public LinuxHostPages(ulong length, bool shared)
    {
        Length = length;
        int flags = MapPrivate | MapAnonymous | MapNoReserve;
        if (shared)
        {
            flags = MapShared;
            _fileDescriptor = MemfdCreate("guest-ram", MfdCloexec | MfdAllowSealing);

            // Who gets the descriptor could otherwise cut the file short, and this process would end when it touches what is gone.
            if (_fileDescriptor < 0 || FTruncate(_fileDescriptor, (long)length) != 0 || FControl(_fileDescriptor, AddSeals, SealSealShrinkGrow) != 0)
            {
                int error = Marshal.GetLastPInvokeError();
                CloseDescriptor();
                throw Failure(error);
            }
        }

        nint address = MMap(0, (nuint)length, ProtRead | ProtWrite, flags, _fileDescriptor, 0);
        if (address == -1)
        {
            int error = Marshal.GetLastPInvokeError();
            CloseDescriptor();
            throw Failure(error);
        }

        Pointer = (byte*)address;
    }

    /// <summary>Maps a part of a file that others have.</summary>
    /// <param name="descriptor">The file; it stays the caller's, who may close it.</param>
    /// <param name="offset">The first byte, a multiple of the page size.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="isReadOnly">True when nothing is to be written.</param>
    /// <exception cref="EmulatorException">The system does not allow it.</exception>
    public LinuxHostPages(int descriptor, ulong offset, ulong length, bool isReadOnly)
    {
        Length = length;
        nint address = MMap(0, (nuint)length, isReadOnly ? ProtRead : ProtRead | ProtWrite, MapShared, descriptor, (nint)offset);
        if (address == -1)
        {
            throw new EmulatorException($"the host does not map {length} bytes of a shared file ({Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}); the file must be open for what is to be done with it");
        }

        Pointer = (byte*)address;
    }

    ~LinuxHostPages() => Release();

    public override int FileDescriptor => _fileDescriptor;

    // Untouched pages of private memory are zero; those of shared memory stay what they are to others.
    public override void GiveBack(ulong offset, ulong length)
    {
        if (_fileDescriptor >= 0 || MAdvise((nint)(Pointer + offset), (nuint)length, DontNeed) != 0)
        {
            base.GiveBack(offset, length);
        }
    }

    // All such ranges show the same few pages, copied when written.
    public override void SetAllBits(ulong offset, ulong length)
    {
        if (_fileDescriptor >= 0 || !OpenOnes())
        {
            base.SetAllBits(offset, length);
            return;
        }

        while (length > 0)
        {
            ulong count = Math.Min(length, OnesLength);
            if (MMap((nint)(Pointer + offset), (nuint)count, ProtRead | ProtWrite, MapPrivate | MapFixed | MapNoReserve, _ones, 0) == -1)
            {
                base.SetAllBits(offset, count);
            }

            offset += count;
            length -= count;
        }
    }

    protected override void Release()
    {
        if (Pointer is not null)
        {
            _ = MUnmap((nint)Pointer, (nuint)Length);
        }

        CloseDescriptor();
        if (_ones >= 0)
        {
            _ = Close(_ones);
            _ones = -1;
        }
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int FTruncate(int fileDescriptor, long length);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FControl(int fileDescriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MMap(nint address, nuint length, int protection, int flags, int fileDescriptor, long offset);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int MAdvise(nint address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int MUnmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int fileDescriptor, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int fileDescriptor);

    private bool OpenOnes()
    {
        if (_ones >= 0)
        {
            return true;
        }

        int descriptor = MemfdCreate("erased-flash", MfdCloexec);
        if (descriptor < 0)
        {
            return false;
        }

        byte* page = stackalloc byte[4096];
        new Span<byte>(page, 4096).Fill(0xff);
        for (int written = 0; written < OnesLength; written += 4096)
        {
            if (Write(descriptor, page, 4096) != 4096)
            {
                _ = Close(descriptor);
                return false;
            }
        }

        _ones = descriptor;
        return true;
    }

    private void CloseDescriptor()
    {
        if (_fileDescriptor >= 0)
        {
            _ = Close(_fileDescriptor);
            _fileDescriptor = -1;
        }
    }

    private EmulatorException Failure(int error) =>
        new($"the host gave no {Length} bytes for guest memory ({Marshal.GetPInvokeErrorMessage(error)}); give the machine less memory");
}
