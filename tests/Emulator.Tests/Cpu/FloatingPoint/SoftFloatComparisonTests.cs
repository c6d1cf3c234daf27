using Emulator.Cpu.FloatingPoint;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Cpu.FloatingPoint;

internal sealed class SoftFloatComparisonTests
{
    private const uint Less = 0x8000_0000;
    private const uint Equal = 0x6000_0000;
    private const uint Greater = 0x2000_0000;
    private const uint Unordered = 0x3000_0000;
    private const ulong Quiet = 0x7fc0_0000;
    private const ulong Signaling = 0x7f80_0001;
    private const ulong One = 0x3f80_0000;

    private static Gen<(ulong Left, ulong Right)> Pairs { get; } =
        from left in FloatGenerators.Any<float>()
        from right in Gen.OneOf(FloatGenerators.Any<float>(), Gen.Constant(left), Gen.Constant(left ^ 0x8000_0000))
        select (left, right);

    [Test]
    public void OrderIsThatOfTheHost() => FloatGenerators.Check(Pairs, pair =>
    {
        float left = BitConverter.UInt32BitsToSingle((uint)pair.Left);
        float right = BitConverter.UInt32BitsToSingle((uint)pair.Right);
        uint expected = left < right ? Less : left == right ? Equal : left > right ? Greater : Unordered;
        var context = new FpContext(0);
        Assert.That(SoftFloat.Compare<float>(ref context, pair.Left, pair.Right, signalNaNs: false), Is.EqualTo(expected));
        Assert.That(SoftFloat.CompareEqual<float>(ref context, pair.Left, pair.Right), Is.EqualTo(left == right));
        Assert.That(SoftFloat.CompareGreater<float>(ref context, pair.Left, pair.Right), Is.EqualTo(left > right));
        Assert.That(SoftFloat.CompareGreaterOrEqual<float>(ref context, pair.Left, pair.Right), Is.EqualTo(left >= right));
    });

    [Test]
    public void ExtremesAreThoseOfTheHost() => FloatGenerators.Check(Pairs, pair =>
    {
        float left = BitConverter.UInt32BitsToSingle((uint)pair.Left);
        float right = BitConverter.UInt32BitsToSingle((uint)pair.Right);
        if (!float.IsNaN(left) && !float.IsNaN(right))
        {
            var context = new FpContext(0);
            Assert.That(SoftFloat.Maximum<float>(ref context, pair.Left, pair.Right), Is.EqualTo(BitConverter.SingleToUInt32Bits(MathF.Max(left, right))));
            Assert.That(SoftFloat.Minimum<float>(ref context, pair.Left, pair.Right), Is.EqualTo(BitConverter.SingleToUInt32Bits(MathF.Min(left, right))));
            Assert.That(context.Raised, Is.EqualTo(FpExceptions.None));
        }
    });

    [TestCase(Quiet, false, FpExceptions.None)]
    [TestCase(Quiet, true, FpExceptions.InvalidOperation)]
    [TestCase(Signaling, false, FpExceptions.InvalidOperation)]
    public void OnlySignalingComparisonsMindQuietNaNs(ulong nan, bool signalNaNs, FpExceptions raised)
    {
        var context = new FpContext(0);

        Assert.That(SoftFloat.Compare<float>(ref context, One, nan, signalNaNs), Is.EqualTo(Unordered));
        Assert.That(context.Raised, Is.EqualTo(raised));
    }

    [Test]
    public void FlushedDenormalsAreZeros()
    {
        var context = new FpContext(FpContext.FlushToZeroBit);

        Assert.That(SoftFloat.Compare<float>(ref context, 1, 0x8000_0000, signalNaNs: false), Is.EqualTo(Equal));
        Assert.That(SoftFloat.Maximum<float>(ref context, 1, 0x8000_0000), Is.Zero);
        Assert.That(context.Raised, Is.EqualTo(FpExceptions.InputDenormal));
    }
}
