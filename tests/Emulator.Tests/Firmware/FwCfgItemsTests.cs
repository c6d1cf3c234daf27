using Emulator.Firmware;

namespace Emulator.Tests.Firmware;

internal sealed class FwCfgItemsTests
{
    [Test]
    public void FilesAreOrderedByTheirBytes()
    {
        FwCfgItems items = new FwCfgItems()
            .SetFile("etc/b", default)
            .SetFile("etc/B", default)
            .SetFile("etc", default)
            .SetFile("etc-", default)
            .SetFile("etc/a", default);

        Assert.That(items.FileNames, Is.EqualTo(new[] { "etc", "etc-", "etc/B", "etc/a", "etc/b" }));
    }

    [Test]
    public void SettingAFileAgainReplacesIt()
    {
        FwCfgItems items = new FwCfgItems().SetFile("a", new byte[1]).SetFile("a", new byte[2]);

        Assert.That(items.FileNames, Has.Count.EqualTo(1));
        Assert.That(items.ToTable()[0x20].Length, Is.EqualTo(2));
    }

    [Test]
    public void NamesThatDoNotFitTheDirectoryAreRefused([Values("", "\u00e4", "a\0b", "0123456789012345678901234567890123456789012345678901234x")] string name)
    {
        Assert.That(() => new FwCfgItems().SetFile(name, default), Throws.ArgumentException);
    }

    [Test]
    public void TheLongestNameFits()
    {
        string name = new('n', FwCfgItems.MaximumNameLength);
        ReadOnlyMemory<byte> directory = new FwCfgItems().SetFile(name, default).ToTable()[0x19];

        Assert.That(directory.Span[4 + 8 + 54], Is.EqualTo((byte)'n'));
        Assert.That(directory.Span[4 + 8 + 55], Is.Zero);
    }

    [Test]
    public void OneFileTooManyIsRefused()
    {
        var items = new FwCfgItems();
        for (int i = 0; i < FwCfgItems.MaximumFiles; i++)
        {
            items.SetFile($"file{i}", default);
        }

        Assert.That(() => items.SetFile("another", default), Throws.ArgumentException);
        Assert.That(() => items.SetFile("file0", new byte[1]), Throws.Nothing);
        Assert.That(items.ToTable(), Has.Length.EqualTo(0x40));
    }

    [Test]
    public void ItemsThatTheDeviceFillsItselfAreRefused(
        [Values(FwCfgKey.Signature, FwCfgKey.Id, FwCfgKey.FileDirectory, FwCfgKey.FirstFile, (FwCfgKey)0xffff)] FwCfgKey key)
    {
        Assert.That(() => new FwCfgItems().Set(key, 1u), Throws.ArgumentException);
    }

    [Test]
    public void NumbersAreLittleEndian()
    {
        ReadOnlyMemory<byte>[] table = new FwCfgItems().Set(FwCfgKey.CpuCount, (ushort)0x1234).Set(FwCfgKey.KernelSize, 0x1234_5678u).ToTable();

        Assert.That(table[5].ToArray(), Is.EqualTo(new byte[] { 0x34, 0x12 }));
        Assert.That(table[8].ToArray(), Is.EqualTo(new byte[] { 0x78, 0x56, 0x34, 0x12 }));
    }
}
