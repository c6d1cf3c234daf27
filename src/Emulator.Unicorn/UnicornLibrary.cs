using System.Reflection;
using System.Runtime.InteropServices;

namespace Emulator.Unicorn;

/// <summary>
/// The functions of the installed libunicorn. It is bound, never shipped. Versions differ in numbers of registers and in behaviour that cannot be asked for, so that only
/// known ones are accepted.
/// </summary>
internal static unsafe partial class UnicornLibrary
{
    /// <summary>How to get it.</summary>
    public const string Hint = "install Debian's package libunicorn2, version 2.0.1";

    private const string Library = "unicorn";

    // uc_arch and uc_mode.
    private const int ArchitectureArm64 = 2;
    private const int ModeLittleEndian = 0;

    // UC_CTL_WRITE(number, count of arguments).
    private const int ControlUseExits = 0x4400_0004;
    private const int ControlCpuModel = 0x4400_0007;
    private const int ControlRemoveCache = 0x4800_0009;

    private const int HookInterrupt = 1 << 0;
    private const int HookBlock = 1 << 3;
    private const int HookFetchProtected = 1 << 9;
    private const int HookWrite = 1 << 11;

    private static readonly string[] FileNames = ["libunicorn.so.2", "libunicorn.2.dylib", "unicorn.dll"];

    private static readonly Version[] KnownVersions = [new(2, 0, 1)];

    static UnicornLibrary() => NativeLibrary.SetDllImportResolver(typeof(UnicornLibrary).Assembly, Resolve);

    /// <summary>Looks for the library.</summary>
    /// <returns>Its version.</returns>
    /// <exception cref="UnicornUnavailableException">It is not there, or its version is not known.</exception>
    public static Version Require()
    {
        uint packed;
        try
        {
            packed = GetVersion(out _, out _);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new UnicornUnavailableException($"no usable libunicorn.so.2 was found; {Hint}");
        }

        var version = new Version((int)(packed >> 24), (int)(packed >> 16) & 0xff, (int)(packed >> 8) & 0xff);
        return Array.IndexOf(KnownVersions, version) >= 0
            ? version
            : throw new UnicornUnavailableException($"libunicorn {version} is not known here; {Hint}");
    }

    /// <summary>Opens an engine.</summary>
    public static UnicornHandle Open(UnicornCpuModel model)
    {
        Require();
        Check("uc_open", Open(ArchitectureArm64, ModeLittleEndian, out UnicornHandle handle));
        Check("uc_ctl(UC_CTL_CPU_MODEL)", Control(handle, ControlCpuModel, (int)model));
        return handle;
    }

    /// <summary>Throws unless a call was done.</summary>
    /// <exception cref="UnicornException">It was not.</exception>
    public static void Check(string call, UnicornError error)
    {
        if (error != UnicornError.None)
        {
            throw new UnicornException(call, error);
        }
    }

    /// <summary>Calls a function at each exception.</summary>
    public static UnicornError AddInterruptHook(UnicornHandle handle, delegate* unmanaged<nint, uint, nint, void> callback, nint argument) =>
        AddHook(handle, out _, HookInterrupt, callback, argument, 1, 0);

    /// <summary>Calls a function before each block, with its address and its length in bytes.</summary>
    public static UnicornError AddBlockHook(UnicornHandle handle, delegate* unmanaged<nint, ulong, uint, nint, void> callback, nint argument) =>
        AddHook(handle, out _, HookBlock, callback, argument, 1, 0);

    /// <summary>Calls a function before each store, with its virtual address, its width in bytes and the value.</summary>
    public static UnicornError AddWriteHook(UnicornHandle handle, delegate* unmanaged<nint, int, ulong, int, long, nint, void> callback, nint argument) =>
        AddHook(handle, out _, HookWrite, callback, argument, 1, 0);

    /// <summary>Asks a function whether to go on with a fetch from memory that may not be executed.</summary>
    public static UnicornError AddFetchProtectedHook(UnicornHandle handle, delegate* unmanaged<nint, int, ulong, int, long, nint, byte> callback, nint argument) =>
        AddHook(handle, out _, HookFetchProtected, callback, argument, 1, 0);

    /// <summary>Makes runs go on at any address, whatever they were told to end at.</summary>
    public static UnicornError DisableExits(UnicornHandle handle) => Control(handle, ControlUseExits, 1);

    /// <summary>Forgets what was translated of a range of addresses.</summary>
    public static UnicornError RemoveCache(UnicornHandle handle, ulong first, ulong end) => Control(handle, ControlRemoveCache, first, end);

    [LibraryImport(Library, EntryPoint = "uc_close")]
    internal static partial UnicornError Close(nint handle);

    [LibraryImport(Library, EntryPoint = "uc_mem_map_ptr")]
    internal static partial UnicornError MapMemory(UnicornHandle handle, ulong address, nuint size, UnicornPermissions permissions, byte* memory);

    [LibraryImport(Library, EntryPoint = "uc_mmio_map")]
    internal static partial UnicornError MapDevice(
        UnicornHandle handle,
        ulong address,
        nuint size,
        delegate* unmanaged<nint, ulong, uint, nint, ulong> read,
        nint readArgument,
        delegate* unmanaged<nint, ulong, uint, ulong, nint, void> write,
        nint writeArgument);

    [LibraryImport(Library, EntryPoint = "uc_context_alloc")]
    internal static partial UnicornError AllocateContext(UnicornHandle handle, out UnicornContext context);

    [LibraryImport(Library, EntryPoint = "uc_context_save")]
    internal static partial UnicornError SaveContext(UnicornHandle handle, UnicornContext context);

    [LibraryImport(Library, EntryPoint = "uc_context_restore")]
    internal static partial UnicornError RestoreContext(UnicornHandle handle, UnicornContext context);

    [LibraryImport(Library, EntryPoint = "uc_context_free")]
    internal static partial UnicornError FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "uc_reg_read")]
    internal static partial UnicornError ReadRegister(UnicornHandle handle, UnicornRegister register, void* value);

    [LibraryImport(Library, EntryPoint = "uc_reg_write")]
    internal static partial UnicornError WriteRegister(UnicornHandle handle, UnicornRegister register, void* value);

    [LibraryImport(Library, EntryPoint = "uc_reg_read_batch")]
    internal static partial UnicornError ReadRegisters(UnicornHandle handle, UnicornRegister* registers, void** values, int count);

    [LibraryImport(Library, EntryPoint = "uc_reg_write_batch")]
    internal static partial UnicornError WriteRegisters(UnicornHandle handle, UnicornRegister* registers, void** values, int count);

    [LibraryImport(Library, EntryPoint = "uc_emu_start")]
    internal static partial UnicornError Start(UnicornHandle handle, ulong begin, ulong until, ulong timeout, nuint count);

    [LibraryImport(Library, EntryPoint = "uc_emu_stop")]
    internal static partial UnicornError Stop(nint handle);

    [LibraryImport(Library, EntryPoint = "uc_version")]
    private static partial uint GetVersion(out uint major, out uint minor);

    [LibraryImport(Library, EntryPoint = "uc_open")]
    private static partial UnicornError Open(int architecture, int mode, out UnicornHandle handle);

    // uc_ctl and uc_hook_add are variadic. On the hosts that have the library (System V x86-64, AAPCS64) integers go the same way as without.
    [LibraryImport(Library, EntryPoint = "uc_ctl")]
    private static partial UnicornError Control(UnicornHandle handle, int control, int argument);

    [LibraryImport(Library, EntryPoint = "uc_ctl")]
    private static partial UnicornError Control(UnicornHandle handle, int control, ulong first, ulong second);

    [LibraryImport(Library, EntryPoint = "uc_hook_add")]
    private static partial UnicornError AddHook(
        UnicornHandle handle, out nint hook, int kind, void* callback, nint argument, ulong begin, ulong end);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name == Library)
        {
            foreach (string file in FileNames)
            {
                if (NativeLibrary.TryLoad(file, out nint library))
                {
                    return library;
                }
            }
        }

        return 0;
    }
}
