using System.Runtime.InteropServices;

namespace Emulator.Tool.Terminal;

/// <summary>
/// Gives every key to the guest while it exists: no echo, no line editing, no signals by keys. The terminal's own settings come back when it
/// is disposed of, and when the process ends in any other way that lets it say good-bye.
/// </summary>
internal sealed unsafe partial class RawTerminal : IDisposable
{
    // Larger than any system's struct termios, whose layout nobody here needs to know.
    private const int TermiosSize = 512;
    private const int StandardInput = 0;
    private const int Now = 0; // TCSANOW

    private readonly byte[] _saved = new byte[TermiosSize];
    private bool _isRaw;

    /// <summary>Enters raw mode. Where the system has no termios, or standard input is no terminal, nothing happens.</summary>
    public RawTerminal()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        byte* settings = stackalloc byte[TermiosSize];
        if (GetAttributes(StandardInput, settings) != 0)
        {
            return;
        }

        new ReadOnlySpan<byte>(settings, TermiosSize).CopyTo(_saved);
        MakeRaw(settings);
        _isRaw = SetAttributes(StandardInput, Now, settings) == 0;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isRaw)
        {
            return;
        }

        _isRaw = false;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        fixed (byte* settings = _saved)
        {
            _ = SetAttributes(StandardInput, Now, settings);
        }
    }

    private void OnProcessExit(object? sender, EventArgs e) => Dispose();

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int file, byte* settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int file, int when, byte* settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte* settings);
}
