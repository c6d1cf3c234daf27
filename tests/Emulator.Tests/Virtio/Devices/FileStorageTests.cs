using Emulator.Virtio.Devices.Block;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Moq;

namespace Emulator.Tests.Virtio.Devices;

internal sealed class FileStorageTests
{
    private string _path = null!;

    [SetUp]
    public void SetUp()
    {
        _path = Path.GetTempFileName();
        File.WriteAllBytes(_path, new byte[4096 + 100]);
    }

    [TearDown]
    public void TearDown() => File.Delete(_path);

    [Test]
    public void WhatIsWrittenIsInTheFile()
    {
        using (FileStorage storage = FileStorage.Open(_path, isReadOnly: false))
        {
            Assert.That(storage.Length, Is.EqualTo(4096), "whole sectors only");
            Assert.That(storage.TryWrite(512, "hello"u8), Is.True);
            Assert.That(storage.TryFlush(), Is.True);
            Assert.That(storage.TryWriteZeros(514, 1), Is.True);
        }

        Assert.That(File.ReadAllBytes(_path).AsSpan(512, 5).ToArray(), Is.EqualTo("he\0lo"u8.ToArray()));
    }

    [Test]
    public void AFileThatBecomesShorterIsAnErrorToldOnce()
    {
        var logger = new Mock<ILogger>();
        logger.Setup(l => l.IsEnabled(It.IsAny<LogLevel>())).Returns(true);
        using FileStorage storage = FileStorage.Open(_path, isReadOnly: true, logger.Object);
        using (FileStream file = new(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(1000);
        }

        Assert.That(storage.TryRead(0, new byte[1000]), Is.True);
        Assert.That(storage.TryRead(0, new byte[1024]), Is.False);
        Assert.That(storage.TryRead(2048, new byte[512]), Is.False);
        Assert.That(logger.Invocations.Count(i => i.Method.Name == nameof(ILogger.Log)), Is.EqualTo(1));
    }

    [Test]
    public void AFullHostDiskIsAnErrorOfTheGuest()
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Ignore("there is no /dev/full here, which stands for a disk without room");
        }

        using FileStorage storage = FileStorage.Open("/dev/full", isReadOnly: false);
        Assert.That(storage.TryWrite(0, new byte[512]), Is.False);
    }

    [Test]
    public void AfterAFlushThatFailedNoneSucceedsUntilTheFileIsOpenedAgain()
    {
        int flushes = 0;
        using (FileStorage storage = FileStorage.Open(_path, isReadOnly: false, flush: FailOnce))
        {
            Assert.That(storage.TryFlush(), Is.True);
            Assert.That(storage.TryWrite(0, "lost"u8), Is.True);
            Assert.That(storage.TryFlush(), Is.False);
            Assert.That(storage.TryFlush(), Is.False, "the host has said that it lost something, and says so once");
            Assert.That(storage.TryWrite(0, "new"u8), Is.True);
            Assert.That(storage.TryFlush(), Is.False);
        }

        using FileStorage opened = FileStorage.Open(_path, isReadOnly: false);
        Assert.That(opened.TryFlush(), Is.True);

        void FailOnce(SafeFileHandle file)
        {
            if (++flushes == 2)
            {
                throw new IOException("the disk is broken");
            }
        }
    }

    [Test]
    public void AFileThatIsNotThereIsAnErrorThatSaysWhatToDo()
    {
        Assert.That(() => FileStorage.Open(_path + ".missing", isReadOnly: true), Throws.TypeOf<EmulatorException>().With.Message.Contains("raw image"));
        Assert.That(() => FileStorage.Open(Path.GetTempPath(), isReadOnly: false), Throws.TypeOf<EmulatorException>());
    }

    [Test]
    public void TwoMachinesDoNotWriteToOneFile()
    {
        using FileStorage first = FileStorage.Open(_path, isReadOnly: false);
        Assert.That(() => FileStorage.Open(_path, isReadOnly: false), Throws.TypeOf<EmulatorException>());
    }

    [Test]
    public void FileBecomesLongerAndShorter()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, Enumerable.Repeat((byte)7, 1024).ToArray());
            using (FileStorage storage = FileStorage.Open(path, isReadOnly: false))
            {
                Assert.That(storage.TryResize(512), Is.True);
                Assert.That(storage.TryResize(2048), Is.True);
                Assert.That(storage.Length, Is.EqualTo(2048));
            }

            Assert.That(File.ReadAllBytes(path), Is.EqualTo(Enumerable.Repeat((byte)7, 512).Concat(new byte[1536])));
            using FileStorage readOnly = FileStorage.Open(path, isReadOnly: true);
            Assert.That(readOnly.TryResize(512), Is.False);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
