using System.Buffers;

namespace Emulator.Firmware;

/// <summary>The bytes of an image and the name that errors give it.</summary>
/// <param name="Name">The file's path, or any name for bytes that come from elsewhere.</param>
/// <param name="Data">The bytes; the caller keeps them unchanged.</param>
internal sealed record ImageFile(string Name, ReadOnlyMemory<byte> Data)
{
    private const int PipeChunkSize = 1 << 16;

    /// <summary>Reads a file, or a pipe to its end.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="limit">The most bytes that its destination can take.</param>
    /// <exception cref="ImageFormatException">It is missing, a directory, unreadable, empty, or longer than the limit.</exception>
    public static ImageFile Read(string path, ulong limit)
    {
        if (Directory.Exists(path))
        {
            throw new ImageFormatException(path, ImageError.IsDirectory, "is a directory; give the image file inside it");
        }

        if (!File.Exists(path))
        {
            throw new ImageFormatException(path, ImageError.NotFound, "no such file; check the path");
        }

        try
        {
            using FileStream stream = File.OpenRead(path);
            byte[] data = ReadAtMost(stream, path, Math.Min(limit, (ulong)Array.MaxLength));
            return data.Length == 0
                ? throw new ImageFormatException(path, ImageError.Empty, "is empty; build or fetch the image again")
                : new ImageFile(path, data);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new ImageFormatException(path, ImageError.Unreadable, $"cannot be read ({cause.Message.TrimEnd('.')}); check its permissions", cause);
        }
    }

    /// <summary>The error of an image that does not fit.</summary>
    /// <param name="name">The image.</param>
    /// <param name="size">What its size is, as a clause.</param>
    /// <param name="limit">How many bytes there is room for.</param>
    public static ImageFormatException TooLarge(string name, string size, ulong limit) =>
        new(name, ImageError.TooLarge, $"{size}, there is room for {limit:N0}; give the machine more memory or a smaller image");

    private static byte[] ReadAtMost(FileStream stream, string path, ulong limit)
    {
        if (stream.CanSeek)
        {
            ulong length = (ulong)stream.Length;
            byte[] data = length <= limit ? new byte[length] : throw TooLarge(path, $"has {length:N0} bytes", limit);
            stream.ReadExactly(data);
            return data;
        }

        // A pipe does not tell its length.
        ArrayBufferWriter<byte> output = new();
        for (int count = -1; count != 0;)
        {
            count = stream.Read(output.GetSpan(PipeChunkSize));
            output.Advance(count);
            if ((ulong)output.WrittenCount > limit)
            {
                throw TooLarge(path, "does not end in time", limit);
            }
        }

        return output.WrittenSpan.ToArray();
    }
}
