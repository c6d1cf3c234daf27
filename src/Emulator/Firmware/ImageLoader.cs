using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Emulator.Firmware;

/// <summary>Tells an image's format by its first bytes.</summary>
internal static class ImageLoader
{
    private const int ChunkSize = 1 << 20;

    // Header and trailer of RFC 1952, section 2.3.
    private const int ShortestGzip = 18;

    /// <summary>Reads an image of any format.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="limit">The most bytes that a compressed image may expand to.</param>
    /// <exception cref="ImageFormatException">The image says what it is, but is not a proper one, or is not for this machine.</exception>
    public static BootImage Load(ImageFile file, ulong limit)
    {
        if (file.Data.IsEmpty)
        {
            throw new ImageFormatException(file.Name, ImageError.Empty, "is empty; build or fetch the image again");
        }

        ImageFile plain = Decompress(file, limit);
        ReadOnlySpan<byte> data = plain.Data.Span;
        if (ElfImage.Recognises(data))
        {
            return ElfImage.Parse(plain);
        }

        if (LinuxImage.Recognises(data))
        {
            return LinuxImage.Parse(plain);
        }

        return new RawImage { Name = plain.Name, Data = plain.Data };
    }

    /// <summary>Expands a gzip file (RFC 1952); gives any other back as it is.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="limit">The most bytes that it may expand to.</param>
    /// <exception cref="ImageFormatException">The compressed data is broken, truncated, or expands to more.</exception>
    public static ImageFile Decompress(ImageFile file, ulong limit)
    {
        ReadOnlySpan<byte> data = file.Data.Span;
        if (data.Length < ShortestGzip || data[0] != 0x1f || data[1] != 0x8b || data[2] != 8)
        {
            return file;
        }

        ArrayBufferWriter<byte> output = new(ChunkSize);
        try
        {
            using GZipStream stream = new(new MemoryStream(file.Data.ToArray()), CompressionMode.Decompress);
            for (int count = -1; count != 0;)
            {
                count = stream.Read(output.GetSpan(ChunkSize));
                output.Advance(count);
                if ((ulong)output.WrittenCount > limit)
                {
                    throw ImageFile.TooLarge(file.Name, "expands to more than the machine can hold", limit);
                }
            }
        }
        catch (InvalidDataException cause)
        {
            throw Broken(file.Name, cause);
        }

        // The stream takes the end of the input for the end of the data. A whole file ends with the length of what it expands to.
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(data[^4..]);
        return length == output.WrittenCount && length != 0 ? new ImageFile(file.Name, output.WrittenMemory) : throw Broken(file.Name, null);
    }

    private static ImageFormatException Broken(string name, Exception? cause)
    {
        const string problem = "its gzip data is broken or truncated; fetch or compress the image again";
        return cause is null
            ? new ImageFormatException(name, ImageError.Truncated, problem)
            : new ImageFormatException(name, ImageError.Truncated, problem, cause);
    }
}
