using Emulator.Cpu.System;
using Emulator.Memory;

namespace Emulator.Tests.Cpu.System;

/// <summary>Stage 2 walks against a naive reading of the manual, and how attributes are combined.</summary>
[TestFixture]
internal sealed class Stage2WalkerTests
{
    private const ulong Base = 0x4000_0000;

    private readonly SystemBus _bus = new();
    private readonly GuestRam _ram = new("ram", 1 << 20);

    [OneTimeSetUp]
    public void SetUp() => _bus.MapRam(Base, _ram);

    [OneTimeTearDown]
    public void TearDown() => _ram.Dispose();

    [Test]
    public void AgreesWithANaiveWalkOverRandomTables()
    {
        HashSet<string> kinds = [];
        for (int seed = 0; seed < 20_000; seed++)
        {
            (string expected, string actual) = Compare(seed);
            Assert.That(actual, Is.EqualTo(expected), $"seed {seed}");
            kinds.Add(expected.Length > 2 ? "ok" : expected);
        }

        Assert.That(kinds, Is.SupersetOf(new[] { "ok", "t0", "t1", "t2", "t3", "s0", "s1", "s2", "s3", "a2", "a3", "p1", "p2", "p3", "w1", "w2", "w3" }));
    }

    [TestCase(0x00, 0xf, 0x00, Description = "Device stays Device")]
    [TestCase(0xff, 0x0, 0x00)]
    [TestCase(0xff, 0x1, 0x04)]
    [TestCase(0x0c, 0x1, 0x04, Description = "the stronger of two Device types")]
    [TestCase(0x04, 0x3, 0x04)]
    [TestCase(0xff, 0xf, 0xff)]
    [TestCase(0xff, 0x5, 0x44)]
    [TestCase(0x44, 0xf, 0x44)]
    [TestCase(0xff, 0xa, 0xbb, Description = "Write-Through at stage 2")]
    [TestCase(0xbb, 0xf, 0xbb)]
    [TestCase(0xf4, 0xf, 0xf4, Description = "Inner and Outer each for itself")]
    [TestCase(0xff, 0x7, 0x4f)]
    [TestCase(0xff, 0xd, 0xf4)]
    public void AttributesOfBothStagesAreCombined(int first, int field, int expected) =>
        Assert.That(MemoryAttributes.Combine((byte)first, MemoryAttributes.OfStage2(field)), Is.EqualTo(expected));

    [TestCase(0xff, 0UL, 0UL, 0UL)]
    [TestCase(0xff, 3UL, 0UL, 3UL)]
    [TestCase(0xff, 0UL, 3UL, 3UL)]
    [TestCase(0xff, 3UL, 2UL, 2UL)]
    [TestCase(0x44, 0UL, 0UL, 2UL)]
    [TestCase(0x04, 0UL, 0UL, 2UL)]
    public void ShareabilityOfBothStagesIsCombined(int attributes, ulong first, ulong second, ulong expected) =>
        Assert.That(MemoryAttributes.CombineShareability((byte)attributes, first, second), Is.EqualTo(expected));

    private (string Expected, string Actual) Compare(int seed)
    {
        global::System.Random random = new(seed);
        ulong seedOfTables = (ulong)random.NextInt64();
        int inputBits = random.Next(14, 50);
        Stage2Regime regime = new()
        {
            IsOn = true,
            TableBase = Base | ((ulong)(uint)random.Next(1 << 16) << 48) | (random.Next(16) == 0 ? 1UL << 47 : 0),
            Control = (uint)(64 - inputBits) | ((ulong)(uint)random.Next(4) << 6) | ((ulong)(uint)random.Next(4) << 14) | ((ulong)(uint)(random.Next(3) == 0 ? random.Next(8) : 5) << 16)
                | ((ulong)(uint)random.Next(4) << 21),
            BigEndian = random.Next(4) == 0,
            PhysicalAddressBits = new[] { 40, 42, 44, 48 }[random.Next(4)],
            HasGranule16K = random.Next(3) != 0,
            HasExecuteNeverByLevel = random.Next(2) == 0,
            HasSmallTables = random.Next(2) == 0,
            IsInspection = true,
        };
        ulong address = (ulong)random.NextInt64() & ((1UL << Math.Clamp(inputBits + random.Next(-1, 2), 1, 48)) - 1);
        AccessKind kind = (AccessKind)random.Next(3);
        bool privileged = random.Next(2) == 0;
        NaiveStage2Walker naive = new(regime, at =>
        {
            if (at < Base || at >= Base + _ram.Length)
            {
                return null;
            }

            ulong descriptor = DescriptorAt(at ^ seedOfTables);
            descriptor = regime.BigEndian ? global::System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(descriptor) : descriptor;
            _ram.Write(at - Base, BitConverter.GetBytes(descriptor));
            return descriptor;
        });
        string expected = naive.Translate(address, kind, privileged);
        bool done = Stage2Walker.Walk(_bus, regime, address, kind, privileged, isTableWalk: false, out Translation translation);
        Assert.That(translation.IsStage2, Is.EqualTo(!done), $"seed {seed}");
        return (expected, NaiveTableWalker.Describe(done, translation));
    }

    private static ulong DescriptorAt(ulong position)
    {
        global::System.Random random = new((int)(position ^ (position >> 32)));
        ulong type = random.Next(10) switch { 0 => 0UL, 1 => 2, 2 => 1, _ => 3 };
        ulong target = Base | ((ulong)(uint)random.Next(4) << 16) | (random.Next(12) == 0 ? (ulong)(uint)random.Next(1 << 16) << 32 : 0);
        ulong attributes = ((ulong)(uint)random.Next(1 << 10) << 2) | (random.Next(8) == 0 ? 0 : 1UL << 10);
        return type | (attributes & 0xffc) | target | ((ulong)(uint)random.Next(16) << 51);
    }
}
