using Microsoft.Win32.SafeHandles;

namespace Emulator.Testing.Network;

/// <summary>A file of a <see cref="ServedFolder"/> that is being read.</summary>
internal sealed class ServedFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    internal ServedFile(string name, SafeFileHandle handle)
    {
        Name = name;
        _handle = handle;
        Length = RandomAccess.GetLength(handle);
    }

    /// <summary>The name by which it was asked for.</summary>
    public string Name { get; }

    /// <summary>Its length when it was opened, in bytes. A guest is given so many.</summary>
    public long Length { get; }

    /// <summary>Reads bytes; what the file has lost since it was opened reads as zero.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        int done = 0;
        try
        {
            while (done < destination.Length && RandomAccess.Read(_handle, destination[done..], offset + done) is > 0 and int count)
            {
                done += count;
            }
        }
        catch (IOException)
        {
            // The rest is zero, too.
        }

        destination[done..].Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
