using System.Runtime.InteropServices;

namespace Emulator.Memory;

/// <summary>Memory of another process on Linux, mapped by a descriptor that has come from it.</summary>
internal sealed unsafe partial class ForeignHostPages : HostPages
{
    private const int ProtReadWrite = 1 | 2;
    private const int MapShared = 1;
    private const int AddSeals = 1033; // F_ADD_SEALS
    private const int GetSeals = 1034; // F_GET_SEALS
    private const int SealShrink = 2; // F_SEAL_SHRINK
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint BasicStatistics = 0x7ff; // STATX_BASIC_STATS
    private const int RegularFile = 0x8000; // S_IFREG
    private const int TypeMask = 0xf000; // S_IFMT

    private readonly void* _mapping;
    private readonly nuint _mappingLength;

    private ForeignHostPages(void* mapping, nuint mappingLength, ulong offset, ulong length)
    {
        _mapping = mapping;
        _mappingLength = mappingLength;
        Pointer = (byte*)mapping + offset;
        Length = length;
    }

    ~ForeignHostPages() => Release();

    /// <summary>Maps a part of a file for reading and writing. The descriptor stays the caller's, and is not needed any more afterwards.</summary>
    /// <param name="descriptor">The file.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="mayShrink">Accepts a file that its owner can cut short. This process ends when it then touches what is gone.</param>
    /// <param name="problem">Why it cannot be mapped.</param>
    /// <returns>The memory, or null.</returns>
    public static ForeignHostPages? TryMap(int descriptor, ulong offset, ulong length, bool mayShrink, out string problem)
    {
        FileStatistics file;
        if (StatX(descriptor, "", EmptyPath, BasicStatistics, &file) != 0 || (file.Mode & TypeMask) != RegularFile)
        {
            problem = "the descriptor of the memory is no file";
            return null;
        }

        // Sealed before its length is looked at: from then on the file cannot become shorter.
        bool isSealed = FControl(descriptor, AddSeals, SealShrink) == 0 || (FControl(descriptor, GetSeals, 0) is var seals and >= 0 && (seals & SealShrink) != 0);
        if (!isSealed && !mayShrink)
        {
            problem = "the file of the memory could be cut short, as nothing seals its length (F_SEAL_SHRINK)";
            return null;
        }

        if (StatX(descriptor, "", EmptyPath, BasicStatistics, &file) != 0 || length == 0 || offset > file.Size || length > file.Size - offset)
        {
            problem = $"{length} bytes of memory from {offset} on do not lie in their file of {file.Size} bytes";
            return null;
        }

        // Huge pages can only be mapped from a multiple of their size on, which the file's beginning always is, and be unmapped as a whole.
        ulong block = Math.Max(file.BlockSize, (uint)GuestRam.PageSize);
        nuint mappingLength = (nuint)((offset + length + block - 1) / block * block);
        nint address = MMap(0, mappingLength, ProtReadWrite, MapShared, descriptor, 0);
        problem = address == -1 ? $"the memory cannot be mapped: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}" : "";
        return address == -1 ? null : new ForeignHostPages((void*)address, mappingLength, offset, length);
    }

    protected override void Release()
    {
        if (Pointer is not null)
        {
            _ = MUnmap((nint)_mapping, _mappingLength);
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, FileStatistics* statistics);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FControl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MMap(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int MUnmap(nint address, nuint length);

    /// <summary>struct statx, which is the same on every processor; only what is used has a name.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatistics
    {
        [FieldOffset(4)]
        public uint BlockSize;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(40)]
        public ulong Size;
    }
}
