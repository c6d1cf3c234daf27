using Emulator.Cpu.FastForward;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Cpu.FastForward;

/// <summary>Numbers of 128 bits, against the framework's.</summary>
public class WideIntegerTests
{
    private static readonly Arbitrary<Int128> Numbers = ArbMap.Default.GeneratorFor<long>().Two()
        .SelectMany(pair => Gen.Choose(0, 127).Select(bits => (((Int128)pair.Item1 << 64) | (ulong)pair.Item2) >> bits))
        .ToArbitrary();

    [Test]
    public void Arithmetic_is_that_of_Int128() => Check(Prop.ForAll(Numbers, Numbers, (left, right) =>
        Number(Wide(left) + Wide(right)) == left + right
        && Number(Wide(left) - Wide(right)) == left - right
        && Number(Wide(left) * Wide(right)) == left * right
        && Number(Wide(left) & Wide(right)) == (left & right)
        && Number(-Wide(left)) == -left
        && Number(WideInteger.Min(Wide(left), Wide(right))) == Int128.Min(left, right)
        && Number(WideInteger.Max(Wide(left), Wide(right))) == Int128.Max(left, right)));

    [Test]
    public void Quotient_and_remainder_are_those_of_Int128() => Check(Prop.ForAll(Numbers, Numbers, (left, right) =>
    {
        if (right == 0)
        {
            return true;
        }

        (WideInteger quotient, WideInteger rest) = WideInteger.DivRem(Wide(left), Wide(right));
        return (Number(quotient), Number(rest)) == Int128.DivRem(left, right);
    }));

    [Test]
    public void Comparisons_are_those_of_Int128() => Check(Prop.ForAll(Numbers, Numbers, (left, right) =>
        Wide(left) < Wide(right) == left < right
        && Wide(left) <= Wide(right) == left <= right
        && Wide(left) > Wide(right) == left > right
        && Wide(left) >= Wide(right) == left >= right
        && Wide(left) == Wide(left)
        && Wide(left) == Wide(right) == (left == right)));

    [Test]
    public void Shifts_and_lengths_are_those_of_Int128() => Check(Prop.ForAll(Numbers, Gen.Choose(0, 127).ToArbitrary(), (value, count) =>
        Number(Wide(value) << count) == value << count
        && Number(Wide(value) >> count) == value >> count
        && Wide(value).BitLength == (value == Int128.MinValue ? 128 : 128 - (int)Int128.LeadingZeroCount(Int128.Abs(value)))
        && (ulong)Wide(value) == (ulong)(UInt128)value));

    [Test]
    public void Division_by_nothing_fails() => Assert.That(() => WideInteger.DivRem(1, 0), Throws.InstanceOf<DivideByZeroException>());

    private static void Check(Property property) => FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), property);

    private static WideInteger Wide(Int128 value) => ((WideInteger)(long)(value >> 64) << 64) + (ulong)(UInt128)value;

    private static Int128 Number(WideInteger value) => ((Int128)(long)(value >> 64) << 64) | (ulong)value;
}
