using System.Buffers.Binary;
using System.IO.Compression;
using Emulator.Firmware;

namespace Emulator.Tests.Firmware;

internal sealed class ImageLoaderTests
{
    private const ulong Limit = 1 << 20;

    [Test]
    public void The_format_is_told_by_the_first_bytes()
    {
        Assert.That(ImageLoader.Load(ElfBuilder.Executable().Build(), Limit), Is.TypeOf<ElfImage>());
        Assert.That(ImageLoader.Load(LinuxHeader(0, 0x1000, 0), Limit), Is.TypeOf<LinuxImage>());
        Assert.That(ImageLoader.Load(new ImageFile("raw", new byte[] { 1, 2, 3 }), Limit), Is.TypeOf<RawImage>());
    }

    [Test]
    public void A_kernel_header_gives_offset_size_page_size_and_placement()
    {
        LinuxImage image = (LinuxImage)ImageLoader.Load(LinuxHeader(0x8000, 0x10_0000, 0xa), Limit);

        Assert.That(image.TextOffset, Is.EqualTo(0x8000));
        Assert.That(image.ImageSize, Is.EqualTo(0x10_0000));
        Assert.That(image.PageSize, Is.EqualTo(4096));
        Assert.That(image.IsPlacedAnywhere, Is.True);
    }

    [TestCase(0UL, 0)]
    [TestCase(4UL, 16384)]
    [TestCase(6UL, 65536)]
    public void The_page_size_is_that_of_the_flags(ulong flags, int size)
    {
        Assert.That(((LinuxImage)ImageLoader.Load(LinuxHeader(0, 0x1000, flags), Limit)).PageSize, Is.EqualTo(size));
    }

    [Test]
    public void A_kernel_without_a_size_has_the_old_offset_and_the_size_of_its_file()
    {
        LinuxImage image = (LinuxImage)ImageLoader.Load(LinuxHeader(0x1234, 0, 0), Limit);

        Assert.That(image.TextOffset, Is.EqualTo(0x8_0000));
        Assert.That(image.ImageSize, Is.EqualTo(image.Data.Length));
    }

    [Test]
    public void A_kernel_takes_at_least_the_memory_of_its_file()
    {
        Assert.That(((LinuxImage)ImageLoader.Load(LinuxHeader(0, 1, 0), Limit)).ImageSize, Is.EqualTo(64));
    }

    [Test]
    public void A_big_endian_kernel_is_refused()
    {
        Assert.That(
            () => ImageLoader.Load(LinuxHeader(0, 0x1000, 1), Limit),
            Throws.InstanceOf<ImageFormatException>().With.Property("Error").EqualTo(ImageError.WrongEndianness));
    }

    [Test]
    public void A_compressed_image_is_expanded_and_recognised()
    {
        ImageFile kernel = LinuxHeader(0, 0x1000, 0);

        LinuxImage image = (LinuxImage)ImageLoader.Load(new ImageFile("Image.gz", Compress(kernel.Data.ToArray())), Limit);

        Assert.That(image.Name, Is.EqualTo("Image.gz"));
        Assert.That(image.Data.ToArray(), Is.EqualTo(kernel.Data.ToArray()));
    }

    [Test]
    public void A_compressed_image_that_expands_to_more_than_there_is_room_for_is_refused()
    {
        ImageFile bomb = new("bomb.gz", Compress(new byte[3 << 20]));

        Assert.That(
            () => ImageLoader.Load(bomb, Limit),
            Throws.InstanceOf<ImageFormatException>().With.Property("Error").EqualTo(ImageError.TooLarge));
    }

    [Test]
    public void A_compressed_image_cut_off_anywhere_is_refused()
    {
        byte[] data = new byte[100_000];
        for (int index = 0; index < data.Length; index++)
        {
            data[index] = (byte)(index * index >> 3);
        }

        byte[] whole = Compress(data);
        for (int length = 18; length < whole.Length; length += 97)
        {
            ImageFile cut = new("cut.gz", whole.AsMemory(0, length));
            Assert.That(
                () => ImageLoader.Load(cut, Limit),
                Throws.InstanceOf<ImageFormatException>().With.Property("Error").EqualTo(ImageError.Truncated),
                $"{length} of {whole.Length} bytes");
        }
    }

    [Test]
    public void A_compressed_image_with_a_wrong_byte_is_refused()
    {
        byte[] data = Compress(Enumerable.Range(0, 10_000).Select(index => (byte)(index * 7)).ToArray());
        data[^6] ^= 1;

        Assert.That(() => ImageLoader.Load(new ImageFile("bad.gz", data), Limit), Throws.InstanceOf<ImageFormatException>());
    }

    [Test]
    public void No_bytes_are_no_image()
    {
        Assert.That(
            () => ImageLoader.Load(new ImageFile("none", ReadOnlyMemory<byte>.Empty), Limit),
            Throws.InstanceOf<ImageFormatException>().With.Property("Error").EqualTo(ImageError.Empty));
    }

    internal static ImageFile LinuxHeader(ulong textOffset, ulong imageSize, ulong flags, int length = 64)
    {
        byte[] data = new byte[length];
        BinaryPrimitives.WriteUInt32LittleEndian(data, 0x1400_0010);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(8), textOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16), imageSize);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(24), flags);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(56), 0x644d_5241);
        return new ImageFile("Image", data);
    }

    private static byte[] Compress(byte[] data)
    {
        using MemoryStream output = new();
        using (GZipStream stream = new(output, CompressionLevel.Fastest))
        {
            stream.Write(data);
        }

        return output.ToArray();
    }
}
