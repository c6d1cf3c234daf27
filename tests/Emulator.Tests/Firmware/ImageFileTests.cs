using System.IO.Pipes;
using Emulator.Firmware;
using Microsoft.Win32.SafeHandles;

namespace Emulator.Tests.Firmware;

internal sealed class ImageFileTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("emulator-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_file_is_read_whole()
    {
        string path = Write([1, 2, 3]);

        Assert.That(ImageFile.Read(path, 3).Data.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [TestCase(100)]
    [TestCase(101)]
    [Platform("Linux")]
    public void A_pipe_is_read_to_its_end_or_its_limit(int length)
    {
        AnonymousPipeServerStream writer = new(PipeDirection.Out);
        using SafePipeHandle reader = writer.ClientSafePipeHandle;
        writer.Write(new byte[length]);
        writer.Dispose();
        string path = $"/proc/self/fd/{reader.DangerousGetHandle()}";

        if (length > 100)
        {
            AssertRefused(path, ImageError.TooLarge);
        }
        else
        {
            Assert.That(ImageFile.Read(path, 100).Data.Length, Is.EqualTo(length));
        }
    }

    [Test]
    public void A_missing_file_is_named() => AssertRefused(Path.Combine(_folder, "none"), ImageError.NotFound);

    [Test]
    public void A_directory_is_refused() => AssertRefused(_folder, ImageError.IsDirectory);

    [Test]
    public void An_empty_file_is_refused() => AssertRefused(Write([]), ImageError.Empty);

    [Test]
    public void A_file_longer_than_its_destination_is_refused() => AssertRefused(Write(new byte[101]), ImageError.TooLarge);

    private static void AssertRefused(string path, ImageError error)
    {
        ImageFormatException refusal = Assert.Throws<ImageFormatException>(() => ImageFile.Read(path, 100))!;
        Assert.That(refusal.Error, Is.EqualTo(error));
        Assert.That(refusal.Image, Is.EqualTo(path));
        Assert.That(refusal.Message, Does.StartWith(path).And.Not.Contains("\n"));
    }

    private string Write(byte[] bytes)
    {
        string path = Path.Combine(_folder, "image");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
