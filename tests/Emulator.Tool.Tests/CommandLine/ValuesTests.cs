using Emulator.Tool.CommandLine;

namespace Emulator.Tool.Tests.CommandLine;

public sealed class ValuesTests
{
    [TestCase("256M", 256UL << 20)]
    [TestCase("1G", 1UL << 30)]
    [TestCase("1g", 1UL << 30)]
    [TestCase("65536K", 64UL << 20)]
    [TestCase("2T", 2UL << 40)]
    [TestCase("512", 512UL << 20)]
    public void A_size_has_a_unit_and_a_bare_number_is_in_mebibytes(string text, ulong bytes) =>
        Assert.That(Values.Size("--memory", text), Is.EqualTo(bytes));

    [TestCase("")]
    [TestCase("0")]
    [TestCase("0G")]
    [TestCase("-1M")]
    [TestCase("1.5G")]
    [TestCase("1X")]
    [TestCase("M")]
    [TestCase("99999999999T")]
    [TestCase("99999999999999999999M")]
    public void What_is_no_size_is_refused(string text) =>
        Assert.That(() => Values.Size("--memory", text), Throws.InstanceOf<UsageException>().With.Message.StartsWith("--memory: "));

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("9")]
    [TestCase("two")]
    [TestCase("99999999999999999999")]
    public void A_count_out_of_its_range_is_refused(string text) =>
        Assert.That(() => Values.Count("--cpus", text, 1, 8), Throws.InstanceOf<UsageException>());

    [TestCase("0.25", 0.25)]
    [TestCase("3", 3)]
    [TestCase("1e3", 1000)]
    public void Seconds_may_have_a_fraction(string text, double seconds) =>
        Assert.That(Values.Seconds("--timeout", text).TotalSeconds, Is.EqualTo(seconds));

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("NaN")]
    [TestCase("Infinity")]
    [TestCase("1e30")]
    [TestCase("soon")]
    public void What_is_no_positive_time_is_refused(string text) =>
        Assert.That(() => Values.Seconds("--timeout", text), Throws.InstanceOf<UsageException>());

    [TestCase("0", 0UL)]
    [TestCase("0xffffffffffffffff", ulong.MaxValue)]
    [TestCase("18446744073709551615", ulong.MaxValue)]
    public void A_seed_is_any_64_bit_number(string text, ulong value) =>
        Assert.That(Values.Number("--seed", text), Is.EqualTo(value));

    [TestCase("")]
    [TestCase("0x")]
    [TestCase("-1")]
    [TestCase("18446744073709551616")]
    public void What_is_no_64_bit_number_is_refused(string text) =>
        Assert.That(() => Values.Number("--seed", text), Throws.InstanceOf<UsageException>());

    [TestCase("2024-01-01T00:00:00Z", 1704067200)]
    [TestCase("2024-01-01", 1704067200)]
    [TestCase("2024-01-01T01:00:00+01:00", 1704067200)]
    [TestCase("2024-01-01T00:00:00", 1704067200)]
    public void A_date_is_in_utc_unless_it_says_otherwise(string text, long unixSeconds) =>
        Assert.That(Values.Date("--rtc", text).ToUnixTimeSeconds(), Is.EqualTo(unixSeconds));

    [TestCase("yesterday")]
    [TestCase("1 Jan 2024")]
    [TestCase("2024-13-01")]
    [TestCase("01/02/2024")]
    public void Another_way_to_write_a_date_is_refused(string text) =>
        Assert.That(() => Values.Date("--rtc", text), Throws.InstanceOf<UsageException>());
}
