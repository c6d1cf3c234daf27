using System.Runtime.InteropServices;
using Emulator.Memory;
using Emulator.VirtioProxy.VhostUser.Host;
using Microsoft.Win32.SafeHandles;

namespace Emulator.VirtioProxy.Carriers.Rings;

/// <summary>A file that both sides map: rings of messages in front, static memory behind them. Each side has a byte of the file locked as long as it lives.</summary>
internal sealed unsafe class SharedWindow : IStaticMemory, IDisposable
{
    private const int DeviceByte = 0;
    private const int DriverByte = 1;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly SafeFileHandle _file;
    private readonly HostPages _rings;

    private SharedWindow(SafeFileHandle file, bool isDevice)
    {
        _file = file;
        IsDevice = isDevice;
        Length = (ulong)(RandomAccess.GetLength(file) - WindowLayout.StaticOffset);
        _rings = HostPages.Map(Descriptor, 0, WindowLayout.StaticOffset, isReadOnly: false);
    }

    /// <summary>True on the back end's side.</summary>
    public bool IsDevice { get; }

    /// <inheritdoc/>
    public ulong Length { get; }

    /// <summary>The first byte of the rings' part.</summary>
    public byte* Pointer => _rings.Pointer;

    /// <summary>Where rings and heads are; checked.</summary>
    public WindowLayout Layout { get; private set; }

    /// <summary>True while the other side lives.</summary>
    public bool HasPeer => LinuxCalls.IsLocked(Descriptor, IsDevice ? DriverByte : DeviceByte);

    private int Descriptor => (int)_file.DangerousGetHandle();

    /// <summary>Makes a window, as a back end does. It takes the place of one whose back end is gone.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Length of the static memory in bytes, a multiple of the page size; only what is used takes memory.</param>
    /// <exception cref="EmulatorException">There is another back end, or no such place.</exception>
    public static SharedWindow Create(string path, ulong length)
    {
        RequireLinux();
        string fresh = $"{path}.{Environment.ProcessId}";
        try
        {
            if (File.Exists(path))
            {
                using SafeFileHandle old = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
                if (!LinuxCalls.TryLock((int)old.DangerousGetHandle(), DeviceByte))
                {
                    throw new EmulatorException($"shm:{path}: another back end is there; use another path, or end that one");
                }
            }

            File.Delete(fresh);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
            if (!OperatingSystem.IsWindows())
            {
                // For its owner only.
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            new FileStream(fresh, options).Dispose();
            SafeFileHandle file = File.OpenHandle(fresh, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            RandomAccess.SetLength(file, (long)(WindowLayout.StaticOffset + length));
            _ = LinuxCalls.TryLock((int)file.DangerousGetHandle(), DeviceByte);
            var window = new SharedWindow(file, isDevice: true) { Layout = WindowLayout.Own };
            window.Describe();
            File.Move(fresh, path, overwrite: true);
            return window;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmulatorException($"shm:{path}: {e.Message}; choose a path in memory where you may write, for instance in /dev/shm", e);
        }
    }

    /// <summary>Takes a window, as a front end does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">The host's clock.</param>
    /// <exception cref="EmulatorException">There is no back end, or another front end has it.</exception>
    public static SharedWindow Open(string path, TimeProvider time)
    {
        RequireLinux();
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmulatorException($"shm:{path}: {e.Message}; start the back end first, for instance with 'emu serve'", e);
        }

        try
        {
            if (RandomAccess.GetLength(file) < WindowLayout.StaticOffset)
            {
                throw new EmulatorException($"shm:{path}: the file is no window of virtio-proxy");
            }

            // One that is leaving has it a little longer.
            long start = time.GetTimestamp();
            while (!LinuxCalls.TryLock((int)file.DangerousGetHandle(), DriverByte))
            {
                if (time.GetElapsedTime(start) < s_patience)
                {
                    Thread.Sleep(1);
                    continue;
                }

                throw new EmulatorException($"shm:{path}: another machine uses this back end");
            }

            var window = new SharedWindow(file, isDevice: false);
            window.Layout = window.ReadLayout();
            while (!window.Layout.IsSound && window.HasPeer && time.GetElapsedTime(start) < s_patience)
            {
                // The front end before has spoilt it, and the back end has not seen yet that it is gone.
                Thread.Sleep(1);
                window.Layout = window.ReadLayout();
            }

            if (!window.Layout.IsSound || !window.HasPeer)
            {
                window.Dispose();
                throw new EmulatorException($"shm:{path}: no back end is there; start it first, for instance with 'emu serve'");
            }

            return window;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes the layout, for the next front end: the one before may have spoilt it.</summary>
    public void Describe() => MemoryMarshal.Write(new Span<byte>(Pointer, sizeof(WindowLayout)), WindowLayout.Own);

    /// <inheritdoc/>
    public HostPages Map(ulong offset, ulong length, bool isReadOnly) => offset <= Length && length <= Length - offset
        ? HostPages.Map(Descriptor, WindowLayout.StaticOffset + offset, length, isReadOnly)
        : throw new EmulatorException($"{length} bytes at {offset} do not lie in the {Length} bytes that both sides have");

    /// <inheritdoc/>
    public void Dispose()
    {
        // Areas that are mapped yet keep the file open.
        LinuxCalls.Unlock(Descriptor, IsDevice ? DeviceByte : DriverByte);
        _rings.Dispose();
        _file.Dispose();
    }

    private WindowLayout ReadLayout() => MemoryMarshal.Read<WindowLayout>(new ReadOnlySpan<byte>(Pointer, sizeof(WindowLayout)));

    private static void RequireLinux()
    {
        if (!OperatingSystem.IsLinux() || !LinuxCalls.IsSupported)
        {
            throw new EmulatorException("shm: needs 64-bit little-endian Linux; use unix: or tcp: here");
        }
    }
}
