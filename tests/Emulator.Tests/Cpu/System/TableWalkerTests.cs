using Emulator.Cpu.System;
using Emulator.Memory;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Cpu.System;

[TestFixture]
internal sealed class TableWalkerTests
{
    private const ulong Base = 0x4000_0000;
    private const ulong NormalMemory = 0x0000_00ff_44bb_0004;

    private SystemBus _bus = null!;
    private GuestRam _ram = null!;

    [SetUp]
    public void SetUp()
    {
        _bus = new SystemBus();
        _ram = new GuestRam("ram", 1 << 20);
        _bus.MapRam(Base, _ram);
    }

    [TearDown]
    public void TearDown() => _ram.Dispose();

    [Test]
    public void AgreesWithTheManualsTables()
    {
        Gen<int> seeds = Gen.Choose(int.MinValue, int.MaxValue);
        Config config = Config.QuickThrowOnFailure.WithMaxTest(3000);
        Check.One(config, Prop.ForAll(seeds.ToArbitrary(), CompareWithNaive));
    }

    [Test]
    public void TheComparisonReachesEveryOutcome()
    {
        SortedSet<char> outcomes = [];
        for (int seed = 0; seed < 20_000; seed++)
        {
            outcomes.Add(Compare(seed).Expected[0]);
        }

        Assert.That("astpw".All(outcomes.Contains), Is.True, string.Concat(outcomes));
        Assert.That(outcomes.Any(char.IsAsciiDigit), Is.True);
    }

    [TestCase(12, 25, new[] { 21, 12 }, TestName = "4 KiB, 39 bits, pages")]
    [TestCase(12, 16, new[] { 39, 30, 21, 12 }, TestName = "4 KiB, 48 bits, pages")]
    [TestCase(12, 16, new[] { 39, 30, 21 }, TestName = "4 KiB, 2 MiB blocks")]
    [TestCase(12, 16, new[] { 39, 30 }, TestName = "4 KiB, 1 GiB blocks")]
    [TestCase(14, 16, new[] { 47, 36, 25, 14 }, TestName = "16 KiB, 48 bits, pages")]
    [TestCase(14, 17, new[] { 36, 25 }, TestName = "16 KiB, 32 MiB blocks")]
    [TestCase(14, 28, new[] { 25, 14 }, TestName = "16 KiB, 36 bits")]
    [TestCase(16, 16, new[] { 42, 29, 16 }, TestName = "64 KiB, 48 bits, pages")]
    [TestCase(16, 22, new[] { 29 }, TestName = "64 KiB, 512 MiB blocks")]
    [TestCase(16, 35, new[] { 16 }, TestName = "64 KiB, 29 bits")]
    public void EveryGranuleAndBlockSizeLeadsToItsPlace(int granule, int sizeOffset, int[] levels)
    {
        if (granule == 12 && sizeOffset == 25)
        {
            levels = [30, .. levels];
        }

        const ulong Physical = 0x6_c000_0000;
        ulong address = 0x0000_2468_ace1_3579 & ((1UL << (64 - sizeOffset)) - 1);
        ulong table = Base;
        for (int i = 0; i < levels.Length; i++)
        {
            bool isLast = i == levels.Length - 1;
            int width = i == 0 ? 64 - sizeOffset - levels[0] : granule - 3;
            ulong entry = table + (((address >> levels[i]) & ((1UL << width) - 1)) << 3);
            ulong next = table + 0x10000;
            ulong leaf = (Physical >> levels[i] << levels[i]) | 0x704 | (levels[i] == granule ? 3UL : 1);
            Write(entry, isLast ? leaf : next | 3);
            table = next;
        }

        TranslationRegime regime = Regime((uint)sizeOffset | (granule == 14 ? 2UL << 14 : granule == 16 ? 1UL << 14 : 0) | (5UL << 32), Base);
        Assert.That(TableWalker.Walk(_bus, regime, address, AccessKind.Write, privileged: true, out Translation translation), Is.True);
        int low = levels[^1];
        Assert.That(translation.PhysicalAddress, Is.EqualTo((Physical >> low << low) | (address & ((1UL << low) - 1))));
        Assert.That(translation.BlockShift, Is.EqualTo(low));
    }

    [TestCase(0UL, "t3", TestName = "Invalid page")]
    [TestCase(1UL, "t3", TestName = "Block at level 3")]
    [TestCase(0x4000_0303UL, "a3", TestName = "Access flag")]
    [TestCase(0x0000_4000_4000_0703UL, "s3", TestName = "Output beyond IPS")]
    [TestCase(0x4000_0783UL, "p3", TestName = "Read-only")]
    public void FaultsNameTheirLevel(ulong page, string expected)
    {
        ThreeLevels(page);
        TranslationRegime regime = Regime(25 | (2UL << 32), Base);
        bool done = TableWalker.Walk(_bus, regime, 0x1000, AccessKind.Write, privileged: true, out Translation translation);
        Assert.That(NaiveTableWalker.Describe(done, translation), Is.EqualTo(expected));
    }

    [TestCase(0x8000_0000_0003UL, "s1", TestName = "Table beyond IPS")]
    [TestCase(0x10_0000_0003UL, "w2", TestName = "Table in nothing")]
    [TestCase(0UL, "t1", TestName = "Invalid table")]
    [TestCase(0x4000_0301UL, "a1", TestName = "Block without access flag")]
    public void FaultsOnTheWayNameTheirLevel(ulong descriptor, string expected)
    {
        ThreeLevels(0x4000_0703);
        Write(Base, descriptor);
        bool done = TableWalker.Walk(_bus, Regime(25 | (2UL << 32), Base), 0x1000, AccessKind.Read, privileged: true, out Translation translation);
        Assert.That(NaiveTableWalker.Describe(done, translation), Is.EqualTo(expected));
    }

    [Test]
    public void ContiguousPagesAreTranslatedOneByOne()
    {
        ThreeLevels(0x4000_0703 | (1UL << 52));
        bool done = TableWalker.Walk(_bus, Regime(25, Base), 0x1abc, AccessKind.Read, privileged: true, out Translation translation);
        Assert.That(done, Is.True);
        Assert.That(translation.PhysicalAddress, Is.EqualTo(0x4000_0abc));
        Assert.That(translation.BlockShift, Is.EqualTo(12));
    }

    private void CompareWithNaive(int seed)
    {
        (string expected, string found) = Compare(seed);
        Assert.That(found, Is.EqualTo(expected), $"seed {seed}");
    }

    // Tables full of random descriptors that mostly point back into the tables, so that walks go deep.
    private (string Expected, string Found) Compare(int seed)
    {
        global::System.Random random = new(seed);
        int granule = random.Next(3);
        bool secure = random.Next(2) == 0;
        int level = random.Next(1, 4);
        bool isHost = level == 2 && random.Next(2) == 0;
        ulong control = Bits(random.Next(14, 50), 0) | Bits(random.Next(14, 50), 16) | Bits(random.Next(4), 14) | Bits(random.Next(4), 30);
        control |= Bits(random.Next(8), 32) | Bits(random.Next(4), 37) | (random.Next(8) == 0 ? (1UL << 7) | (1UL << 23) : 0);
        control |= Bits(random.Next(16), 39) | Bits(random.Next(8) == 0 ? random.Next(4) : 0, 55);
        if (level != 1 && !isHost)
        {
            control = (control & 0xffff) | Bits(random.Next(8), 16) | Bits(random.Next(32), 20);
        }

        ulong seedOfTables = (ulong)random.NextInt64();
        TranslationRegime regime = new()
        {
            Level = level,
            IsHost = isHost,
            ForbidsUserData = random.Next(2) == 0,
            IsInspection = true,
            HasSmallTables = random.Next(2) == 0,
            Secure = secure,
            TableBase0 = Base | Bits(random.Next(1 << 16), 48) | (random.Next(16) == 0 ? 1UL << 47 : 0),
            TableBase1 = Base,
            Control = control,
            Attributes = NormalMemory,
            WriteImpliesExecuteNever = random.Next(2) == 0,
            BigEndian = random.Next(4) == 0,
            ForbidsNonSecureFetch = secure && random.Next(4) == 0,
            PhysicalAddressBits = random.Next(2) == 0 ? 44 : 48,
            HasGranule16K = granule != 0,
        };
        ulong address = (ulong)random.NextInt64();
        int bits = random.Next(24, 49);
        address &= (1UL << bits) - 1;
        if ((level == 1 || isHost) && random.Next(2) == 0)
        {
            address |= ~0UL << bits;
        }

        address ^= random.Next(4) == 0 ? Bits(random.Next(256), 56) : 0;
        AccessKind kind = (AccessKind)random.Next(3);
        bool privileged = (level != 1 && !isHost) || random.Next(2) == 0;

        // The walker reads memory, so the descriptors on the naive walk's way are written there as it meets them.
        NaiveTableWalker naive = new(regime, (at, isSecure) =>
        {
            if (at < Base || at >= Base + _ram.Length)
            {
                return null;
            }

            ulong descriptor = DescriptorAt(at ^ seedOfTables);
            descriptor = regime.BigEndian ? global::System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(descriptor) : descriptor;
            Write(at, descriptor);
            return descriptor;
        });
        string expected = naive.Translate(address, kind, privileged);
        bool done = TableWalker.Walk(_bus, regime, address, kind, privileged, out Translation translation);
        return (expected, NaiveTableWalker.Describe(done, translation));
    }

    private static ulong DescriptorAt(ulong position)
    {
        global::System.Random random = new((int)(position ^ (position >> 32)));
        ulong type = random.Next(10) switch { 0 => 0UL, 1 => 2, 2 => 1, _ => 3 };
        ulong target = Base | Bits(random.Next(4), 16) | (random.Next(12) == 0 ? Bits(random.Next(1 << 16), 32) : 0);
        ulong attributes = Bits(random.Next(1 << 10), 2) | (random.Next(8) == 0 ? 0 : 1UL << 10);
        ulong hierarchy = random.Next(4) == 0 ? Bits(random.Next(32), 59) : 0;
        return type | (attributes & 0xffc) | target | hierarchy | Bits(random.Next(16), 51);
    }

    private static ulong Bits(int value, int shift) => (ulong)(uint)value << shift;

    private void ThreeLevels(ulong page)
    {
        Write(Base, (Base + 0x1000) | 3);
        Write(Base + 0x1000, (Base + 0x2000) | 3);
        Write(Base + 0x2008, page);
    }

    private void Write(ulong address, ulong value) => _ram.Write(address - Base, BitConverter.GetBytes(value));

    private static TranslationRegime Regime(ulong control, ulong table) => new()
    {
        Level = 1,
        Secure = false,
        TableBase0 = table,
        Control = control,
        Attributes = NormalMemory,
        WriteImpliesExecuteNever = false,
        BigEndian = false,
        PhysicalAddressBits = 48,
        HasGranule16K = true,
    };
}
