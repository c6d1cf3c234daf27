using Emulator.Tool.Reporting;

namespace Emulator.Tool.Tests.Reporting;

public sealed class QuantityTests
{
    [TestCase(0, "s", "0 s")]
    [TestCase(1, "s", "1 s")]
    [TestCase(20e-6, "s", "20 µs")]
    [TestCase(1.25e-3, "s", "1.25 ms")]
    [TestCase(0.9999, "s", "1 s")]
    [TestCase(999.6, "B/s", "1 kB/s")]
    [TestCase(2.5e9, "B/s", "2.5 GB/s")]
    [TestCase(0.25, "", "0.25")]
    [TestCase(1500, "", "1.5 k")]
    [TestCase(33.333, "%", "33.3%")]
    [TestCase(0.25, "%", "0.25%")]
    public void A_quantity_has_a_unit_that_fits(double value, string unit, string expected)
    {
        Assert.That(Quantity.Format(value, unit), Is.EqualTo(expected));
    }

    [Test]
    public void Thousands_stand_apart()
    {
        Assert.That(Quantity.Count(1234567), Is.EqualTo("1\u2009234\u2009567"));
    }
}
