using System.Runtime.InteropServices;

namespace Emulator.Cpu.Translator;

/// <summary>A memfd, mapped twice; or anonymous shared memory, mapped twice, since <c>perf</c> asks its maps for nothing else.</summary>
internal sealed unsafe partial class LinuxHostCodeMemory : HostCodeMemory
{
    private const int ProtRead = 1;
    private const int ProtWrite = 2;
    private const int ProtExecute = 4;
    private const int MapShared = 1;
    private const int MapAnonymous = 0x20;
    private const int RemapMayMove = 1;
    private const uint MfdCloexec = 1;

    // Kernels before 6.3 do not know it and do not need it.
    private const uint MfdExecutable = 0x10;

    private bool _isReleased;

    private LinuxHostCodeMemory(nint writable, nint executable, nuint length)
    {
        Writable = (byte*)writable;
        Executable = (byte*)executable;
        Length = length;
    }

    ~LinuxHostCodeMemory() => Release();

    /// <summary>Maps the memory, or gives null when the kernel refuses: policies may forbid executable memory.</summary>
    /// <param name="length">Length in bytes.</param>
    /// <param name="isSeenByPerf">True when it must be anonymous.</param>
    public static LinuxHostCodeMemory? TryCreate(nuint length, bool isSeenByPerf)
    {
        (nint writable, nint executable) = isSeenByPerf ? MapAnonymousTwice(length) : MapFileTwice(length);
        if (writable != -1 && executable != -1)
        {
            return new LinuxHostCodeMemory(writable, executable, length);
        }

        Unmap(writable, length);
        Unmap(executable, length);
        return null;
    }

    protected override void Release()
    {
        if (!_isReleased)
        {
            _isReleased = true;
            Unmap((nint)Writable, Length);
            Unmap((nint)Executable, Length);
        }
    }

    private static (nint Writable, nint Executable) MapFileTwice(nuint length)
    {
        int descriptor = MemfdCreate("translated-code", MfdCloexec | MfdExecutable);
        if (descriptor < 0)
        {
            descriptor = MemfdCreate("translated-code", MfdCloexec);
        }

        if (descriptor < 0)
        {
            return (-1, -1);
        }

        nint writable = -1;
        nint executable = -1;
        if (FTruncate(descriptor, (long)length) == 0)
        {
            writable = MMap(0, length, ProtRead | ProtWrite, MapShared, descriptor, 0);
            executable = MMap(0, length, ProtRead | ProtExecute, MapShared, descriptor, 0);
        }

        _ = Close(descriptor);
        return (writable, executable);
    }

    // Remapping shared memory with an old length of 0 maps it once more (mremap(2)).
    private static (nint Writable, nint Executable) MapAnonymousTwice(nuint length)
    {
        nint executable = MMap(0, length, ProtRead | ProtExecute, MapShared | MapAnonymous, -1, 0);
        if (executable == -1)
        {
            return (-1, -1);
        }

        nint writable = MRemap(executable, 0, length, RemapMayMove);
        if (writable != -1 && MProtect(writable, length, ProtRead | ProtWrite) != 0)
        {
            Unmap(writable, length);
            writable = -1;
        }

        return (writable, executable);
    }

    private static void Unmap(nint address, nuint length)
    {
        if (address != -1)
        {
            _ = MUnmap(address, length);
        }
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate")]
    private static partial int FTruncate(int fileDescriptor, long length);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MMap(nint address, nuint length, int protection, int flags, int fileDescriptor, long offset);

    [LibraryImport("libc", EntryPoint = "mremap")]
    private static partial nint MRemap(nint address, nuint oldLength, nuint newLength, int flags);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int MProtect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MUnmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fileDescriptor);
}
