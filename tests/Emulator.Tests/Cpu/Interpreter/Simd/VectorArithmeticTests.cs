using System.Numerics;
using System.Runtime.Intrinsics;
using Emulator.Cpu.Isa;

namespace Emulator.Tests.Cpu.Interpreter.Simd;

/// <summary>Integer SIMD instructions against formulas over one element, with every width and with elements at the limits.</summary>
internal sealed unsafe class VectorArithmeticTests
{
    private const int Repetitions = 60;
    private const uint Saturated = 1u << 27;

    private SimdWorld _world = null!;
    private Random _random = null!;

    [SetUp]
    public void Start()
    {
        _world = new SimdWorld();
        _random = new Random(1);
    }

    [TearDown]
    public void Stop() => _world.Dispose();

    [TestCaseSource(typeof(LaneModels), nameof(LaneModels.ThreeSame))]
    public void ThreeRegisters(LaneModel model) => CheckWidths(model, (size, full) =>
        SimdWorld.Encode(model.Opcode, ("Q", full ? 1u : 0), ("size", size), ("Rm", 2), ("Rn", 1), ("Rd", 3)));

    [TestCaseSource(typeof(LaneModels), nameof(LaneModels.TwoSame))]
    public void TwoRegisters(LaneModel model) => CheckWidths(model, (size, full) =>
        SimdWorld.Encode(model.Opcode, ("Q", full ? 1u : 0), ("size", size), ("Rn", 1), ("Rd", 3)));

    [TestCaseSource(typeof(LaneModels), nameof(LaneModels.RightShifts))]
    public void ShiftsToTheRight(LaneModel model)
    {
        for (int amount = 1; amount <= 64; amount++)
        {
            CheckWidths(model, (size, full) => amount > 8 << (int)size ? 0 : Shift(model.Opcode, (16 << (int)size) - amount, full), amount);
        }
    }

    [TestCaseSource(typeof(LaneModels), nameof(LaneModels.LeftShifts))]
    public void ShiftsToTheLeft(LaneModel model)
    {
        for (int amount = 0; amount < 64; amount++)
        {
            CheckWidths(model, (size, full) => amount >= 8 << (int)size ? 0 : Shift(model.Opcode, (8 << (int)size) + amount, full), amount);
        }
    }

    [TestCaseSource(typeof(LaneModels), nameof(LaneModels.Long))]
    public void LongResults(LaneModel model)
    {
        foreach ((uint size, bool upper) in Shapes(3))
        {
            int width = 8 << (int)size;
            uint word = SimdWorld.Encode(model.Opcode, ("Q", upper ? 1u : 0), ("size", size), ("Rm", 2), ("Rn", 1), ("Rd", 3));
            int first = upper ? 64 / width : 0;
            Check(
                word,
                i => model.Apply(
                    Element(3, i, 2 * width, model.Signed), Element(1, first + i, width, model.Signed), Element(2, first + i, width, model.Signed), width),
                model.Result,
                2 * width,
                64 / width,
                saturatesBefore: i => model.SaturatesBefore(Element(1, first + i, width, model.Signed), Element(2, first + i, width, model.Signed), width));
        }
    }

    [TestCaseSource(typeof(LaneModels), nameof(LaneModels.NarrowingShifts))]
    public void NarrowResults(LaneModel model)
    {
        foreach ((uint size, bool upper) in Shapes(3))
        {
            int width = 8 << (int)size;
            for (int amount = 1; amount <= width; amount++)
            {
                Check(
                    Shift(model.Opcode, (2 * width) - amount, upper),
                    i => model.Apply(0, Element(1, i, 2 * width, model.Signed), 0, amount),
                    model.Result,
                    width,
                    64 / width,
                    upper ? 1 : 0);
            }
        }
    }

    private static uint Shift(A64Opcode opcode, int immhAndImmb, bool full) => SimdWorld.Encode(
        opcode, ("Q", full ? 1u : 0), ("immh", (uint)immhAndImmb >> 3), ("immb", (uint)immhAndImmb & 7), ("Rn", 1), ("Rd", 3));

    private static IEnumerable<(uint Size, bool Full)> Shapes(uint sizes) =>
        from size in Enumerable.Range(0, (int)sizes) from full in new[] { false, true } select ((uint)size, full);

    private void CheckWidths(LaneModel model, Func<uint, bool, uint> encode, int? amount = null)
    {
        foreach ((uint size, bool full) in Shapes(4))
        {
            int width = 8 << (int)size;
            uint word = encode(size, full);
            if (word != 0)
            {
                Check(
                    word,
                    i => model.Apply(
                        Element(3, i, width, model.Signed), Element(1, i, width, model.Signed), Element(2, i, width, model.Signed), amount ?? width),
                    model.Result,
                    width,
                    (full ? 128 : 64) / width);
            }
        }
    }

    // Executes a word with many operands. A word that is not allocated has to be UNDEFINED instead, as the decoder's tests hold against GNU.
    private void Check(
        uint word, Func<int, BigInteger> model, Fit fit, int width, int count, int half = 0, Func<int, bool>? saturatesBefore = null)
    {
        for (int repetition = 0; repetition < Repetitions; repetition++)
        {
            for (int register = 1; register <= 3; register++)
            {
                _world.Write(register, Vector128.Create(Limits(width), Limits(width)));
            }

            ulong lower = _world.Read<ulong>(3)[0];
            BigInteger[] exact = [.. Enumerable.Range(0, count).Select(model)];
            (BigInteger least, BigInteger greatest) = LaneModels.Limits(fit, width);
            BigInteger[] limited = fit == Fit.Wrap ? exact : [.. exact.Select(value => BigInteger.Max(least, BigInteger.Min(greatest, value)))];
            bool saturates = !exact.SequenceEqual(limited) || (saturatesBefore is not null && Enumerable.Range(0, count).Any(saturatesBefore));
            BigInteger expected = 0;
            for (int i = 0; i < count; i++)
            {
                expected |= (limited[i] & ((BigInteger.One << width) - 1)) << (i * width);
            }

            if (half == 1)
            {
                expected = (expected << 64) | lower;
            }

            _world.State->FloatingPointStatus = 0;
            if (!_world.Execute(word))
            {
                return;
            }

            Vector128<ulong> result = _world.Read<ulong>(3);
            Assert.That(((BigInteger)result[1] << 64) | result[0], Is.EqualTo(expected), $"{word:x8}");
            Assert.That(_world.State->FloatingPointStatus, Is.EqualTo(saturates ? Saturated : 0), $"{word:x8}");
        }
    }

    private BigInteger Element(int register, int index, int width, bool signed)
    {
        Vector128<ulong> value = _world.Read<ulong>(register);
        BigInteger element = ((((BigInteger)value[1] << 64) | value[0]) >> (index * width)) & ((BigInteger.One << width) - 1);
        return signed ? LaneModels.Signed(element, width) : element;
    }

    // 64 bits of elements that often are the least, the greatest, small, or anything.
    private ulong Limits(int width)
    {
        ulong result = 0;
        ulong mask = ulong.MaxValue >> (64 - width);
        for (int i = 0; i < 64; i += width)
        {
            ulong element = _random.Next(7) switch
            {
                0 => 1UL << (width - 1),
                1 => (1UL << (width - 1)) - 1,
                2 => mask,
                3 => 0,
                4 => (ulong)_random.Next(-width - 2, width + 2) & mask,
                _ => (ulong)_random.NextInt64() & mask,
            };
            result |= element << i;
        }

        return result;
    }
}
