using Emulator.Memory;

namespace Emulator.Tests.Memory;

internal sealed class RomTests
{
    [Test]
    public void WritesChangeNothingAndAreNoError()
    {
        using var rom = new Rom("rom", [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        var driver = new FlashDriver(rom);

        driver.Write(0, 0xffff_ffff);
        driver.Write(8, 0xff, 1);

        Assert.That(driver.Read(0, 8), Is.EqualTo(0x0807060504030201ul));
        Assert.That(driver.Read(8, 2), Is.EqualTo(9ul));
        Assert.That(driver.Read(0xffe, 2), Is.Zero);
    }

    [Test]
    public void DeviceReadsAgreeWithMappedReads()
    {
        using var rom = new Rom("rom", [1, 2, 3, 4, 5, 6, 7, 8], 0x2000);
        Assert.That(rom.Read(new BusAccess(4, 2, BusInitiator.Host, Secure: false)).Value, Is.EqualTo(0x0605ul));
        Assert.That(rom.Length, Is.EqualTo(0x2000ul));
    }

    [Test]
    public void ContentsMustFit() =>
        Assert.That(() => new Rom("rom", new byte[0x1001], 0x1000), Throws.ArgumentException);
}
