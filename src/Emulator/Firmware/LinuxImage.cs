using System.Buffers.Binary;

namespace Emulator.Firmware;

/// <summary>The arm64 <c>Image</c> of Linux and of what borrows its header (Linux, Documentation/arch/arm64/booting.rst, section 4).</summary>
internal sealed class LinuxImage : BootImage
{
    private const int HeaderLength = 64;
    private const int TextOffsetOffset = 8;
    private const int ImageSizeOffset = 16;
    private const int FlagsOffset = 24;
    private const int MagicOffset = 56;

    /// <summary>Where kernels before 3.17 want to be; they leave <c>image_size</c> zero and <c>text_offset</c> in any byte order.</summary>
    private const ulong OldTextOffset = 0x80000;

    /// <summary>The file, header included: its first instruction is the entry.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Bytes from a 2 MiB boundary to where the image wants to be.</summary>
    public required ulong TextOffset { get; init; }

    /// <summary>Bytes of memory that the kernel takes from its start on, its uninitialised data included; at least the file's length.</summary>
    public required ulong ImageSize { get; init; }

    /// <summary>Page size that the kernel was built for in bytes; 0 when it does not say.</summary>
    public required int PageSize { get; init; }

    /// <summary>True when it may lie anywhere in memory, false when it wants to be near the start.</summary>
    public required bool IsPlacedAnywhere { get; init; }

    /// <summary>True when bytes start with such a header.</summary>
    /// <param name="data">The file.</param>
    public static bool Recognises(ReadOnlySpan<byte> data) =>
        data.Length >= HeaderLength && data.Slice(MagicOffset, 4).SequenceEqual("ARM\x64"u8);

    /// <summary>Reads the header.</summary>
    /// <param name="file">A file that <see cref="Recognises"/> takes.</param>
    /// <exception cref="ImageFormatException">The kernel is big-endian.</exception>
    public static LinuxImage Parse(ImageFile file)
    {
        ReadOnlySpan<byte> data = file.Data.Span;
        ulong textOffset = BinaryPrimitives.ReadUInt64LittleEndian(data[TextOffsetOffset..]);
        ulong imageSize = BinaryPrimitives.ReadUInt64LittleEndian(data[ImageSizeOffset..]);
        ulong flags = BinaryPrimitives.ReadUInt64LittleEndian(data[FlagsOffset..]);
        if ((flags & 1) != 0)
        {
            throw new ImageFormatException(file.Name, ImageError.WrongEndianness, "is a big-endian kernel; build it with CONFIG_CPU_LITTLE_ENDIAN");
        }

        return new LinuxImage
        {
            Name = file.Name,
            Data = file.Data,
            TextOffset = imageSize == 0 ? OldTextOffset : textOffset,
            ImageSize = Math.Max(imageSize, (ulong)data.Length),
            PageSize = (int)(flags >> 1 & 3) switch { 1 => 4096, 2 => 16384, 3 => 65536, _ => 0 },
            IsPlacedAnywhere = (flags & 8) != 0,
        };
    }
}
