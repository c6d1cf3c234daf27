using System.Runtime.InteropServices;

namespace Emulator.Tool.Terminal;

/// <summary>
/// Standard input or output as the system has it. The framework's own streams want to help: on a terminal, input is edited line by line and output
/// begins with an escape sequence, and an output that nobody reads any more is silently dropped. A guest's terminal needs the bytes as they are.
/// </summary>
internal sealed unsafe partial class StandardStream : Stream
{
    private const int InputFile = 0;
    private const int OutputFile = 1;
    private const int Interrupted = 4; // EINTR
    private const int TryAgain = 11; // EAGAIN on Linux
    private const int TryAgainOnBsd = 35;
    private const int InputOutputError = 5; // EIO: the terminal has gone away

    private readonly int _file;

    private StandardStream(int file)
    {
        _file = file;
    }

    /// <inheritdoc/>
    public override bool CanRead => _file == InputFile;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => _file == OutputFile;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Standard input.</summary>
    public static Stream OpenInput() => OperatingSystem.IsWindows() ? Console.OpenStandardInput() : new StandardStream(InputFile);

    /// <summary>Standard output.</summary>
    public static Stream OpenOutput() => OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new StandardStream(OutputFile);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            nint count;
            fixed (byte* bytes = buffer)
            {
                count = ReadFile(_file, bytes, buffer.Length);
            }

            if (count >= 0)
            {
                return (int)count;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == InputOutputError)
            {
                return 0;
            }

            WaitOrThrow(error);
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written;
            fixed (byte* bytes = buffer)
            {
                written = WriteFile(_file, bytes, buffer.Length);
            }

            if (written >= 0)
            {
                buffer = buffer[(int)written..];
            }
            else
            {
                WaitOrThrow(Marshal.GetLastPInvokeError());
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private static void WaitOrThrow(int error)
    {
        if (error is TryAgain or TryAgainOnBsd)
        {
            Thread.Sleep(1); // somebody has made the file non-blocking
        }
        else if (error != Interrupted)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }
    }

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(int file, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFile(int file, byte* bytes, nint count);
}
