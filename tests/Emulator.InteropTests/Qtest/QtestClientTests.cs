namespace Emulator.InteropTests.Qtest;

internal sealed class QtestClientTests
{
    [Test]
    public void MemoryReadsBackInEveryWidth()
    {
        using var qemu = new QtestClient();
        qemu.Write(0x4000_0000, 8, 0x1122_3344_5566_7788);

        Assert.That(qemu.Read(0x4000_0000, 8), Is.EqualTo(0x1122_3344_5566_7788ul));
        Assert.That(qemu.Read(0x4000_0004, 4), Is.EqualTo(0x1122_3344ul));
        Assert.That(qemu.Read(0x4000_0002, 2), Is.EqualTo(0x5566ul));
        Assert.That(qemu.Read(0x4000_0007, 1), Is.EqualTo(0x11ul));

        qemu.WriteMemory(0x4800_0100, [1, 2, 3]);
        Assert.That(qemu.ReadMemory(0x4800_00ff, 5), Is.EqualTo(new byte[] { 0, 1, 2, 3, 0 }));
    }

    [Test]
    public void DeviceIsFoundByItsType()
    {
        using var qemu = new QtestClient();
        Assert.That(qemu.FindDevice("arm-gicv3"), Does.StartWith("/machine/"));
        Assert.That(() => qemu.FindDevice("no-such-thing"), Throws.TypeOf<QtestException>());
    }

    [Test]
    public void MachineThatCannotStartSaysWhy() =>
        Assert.That(() => new QtestClient("-device", "no-such-thing"), Throws.TypeOf<QtestException>().With.Message.Contains("no-such-thing"));

    [Test]
    public void NothingIsLeftBehind()
    {
        string folder;
        using (var qemu = new QtestClient())
        {
            folder = qemu.Folder;
        }

        Assert.That(Directory.Exists(folder), Is.False);
    }
}
