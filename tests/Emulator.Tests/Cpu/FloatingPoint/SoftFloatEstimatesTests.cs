using Emulator.Cpu.FloatingPoint;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Cpu.FloatingPoint;

internal sealed class SoftFloatEstimatesTests
{
    private static Gen<ulong> Ordinary { get; } =
        from code in Gen.Choose(3, 2043)
        from fraction in Gen.Choose(0, int.MaxValue)
        select ((ulong)code << 52) | ((ulong)fraction << 21);

    [Test]
    public void ReciprocalsAreRightToEightBits() => FloatGenerators.Check(Ordinary, bits =>
    {
        var context = new FpContext(0);
        double operand = BitConverter.UInt64BitsToDouble(bits);
        double estimate = BitConverter.UInt64BitsToDouble(SoftFloat.ReciprocalEstimate<double>(ref context, bits));
        Assert.That(estimate * operand, Is.EqualTo(1).Within(1.0 / 256));
        Assert.That(context.Raised, Is.EqualTo(FpExceptions.None));
    });

    [Test]
    public void ReciprocalRootsAreRightToEightBits() => FloatGenerators.Check(Ordinary, bits =>
    {
        var context = new FpContext(0);
        double operand = BitConverter.UInt64BitsToDouble(bits);
        double estimate = BitConverter.UInt64BitsToDouble(SoftFloat.ReciprocalSquareRootEstimate<double>(ref context, bits));
        Assert.That(estimate * Math.Sqrt(operand), Is.EqualTo(1).Within(1.0 / 256));
        Assert.That(context.Raised, Is.EqualTo(FpExceptions.None));
    });

    // The ends of the tables, as the pseudocode's integers give them.
    [TestCase(0x3f80_0000u, 0x3f7f_8000u)]
    [TestCase(0x3fff_ffffu, 0x3f00_0000u)]
    [TestCase(0xc080_0000u, 0xbe7f_8000u)]
    public void KnownReciprocals(uint operand, uint expected)
    {
        var context = new FpContext(0);
        Assert.That(SoftFloat.ReciprocalEstimate<float>(ref context, operand), Is.EqualTo(expected));
    }

    [Test]
    public void SpecialReciprocals()
    {
        Assert.Multiple(() =>
        {
            AssertReciprocal(0, 0, FpFormat<float>.Infinity(false), FpExceptions.DivideByZero);
            AssertReciprocal(0, FpFormat<float>.Infinity(true), FpFormat<float>.Zero(true), FpExceptions.None);
            AssertReciprocal(0, 1, FpFormat<float>.Infinity(false), FpExceptions.Overflow | FpExceptions.Inexact);
            AssertReciprocal(3u << 22, 1, FpFormat<float>.MaximumNormal(false), FpExceptions.Overflow | FpExceptions.Inexact);
            AssertReciprocal(0, 0x7f7f_ffff, 0x0020_0000, FpExceptions.None);
            AssertReciprocal(FpContext.FlushToZeroBit, 0x7f7f_ffff, 0, FpExceptions.Underflow);
        });
    }

    [TestCase(0x7fff_ffffu, uint.MaxValue)]
    [TestCase(0x8000_0000u, 0xff80_0000u)]
    [TestCase(0xffff_ffffu, 0x8000_0000u)]
    public void UnsignedReciprocals(uint operand, uint expected) => Assert.That(SoftFloat.ReciprocalEstimate(operand), Is.EqualTo(expected));

    [TestCase(0x3fff_ffffu, uint.MaxValue)]
    [TestCase(0x4000_0000u, 0xff80_0000u)]
    [TestCase(0xffff_ffffu, 0x8000_0000u)]
    public void UnsignedReciprocalRoots(uint operand, uint expected) =>
        Assert.That(SoftFloat.ReciprocalSquareRootEstimate(operand), Is.EqualTo(expected));

    [TestCase(0x3f80_0000u, 0x4000_0000u)]
    [TestCase(0x8000_0001u, 0xff00_0000u)]
    [TestCase(0x7f80_0000u, 0x0000_0000u)]
    public void ReciprocalExponents(uint operand, uint expected)
    {
        var context = new FpContext(0);
        Assert.That(SoftFloat.ReciprocalExponent<float>(ref context, operand), Is.EqualTo(expected));
    }

    private static void AssertReciprocal(uint control, ulong operand, ulong expected, FpExceptions raised)
    {
        var context = new FpContext(control);
        Assert.That(SoftFloat.ReciprocalEstimate<float>(ref context, operand), Is.EqualTo(expected));
        Assert.That(context.Raised, Is.EqualTo(raised));
    }
}
