using Emulator.Cpu;
using Emulator.Cpu.Features;
using Emulator.Cpu.Isa;
using Emulator.Cpu.System;
using Emulator.Tests.Cpu.System;

namespace Emulator.Tests.Cpu.Features;

/// <summary>What is advertised executes, what executes is advertised: the list of features against instructions, registers, and identification.</summary>
[TestFixture]
internal sealed class CpuFeatureTests
{
    private const int WordsPerRow = 20;
    private const int Seed = 31;

    /// <summary>Features that bring neither an instruction nor a register nor a bit of one, and the tests of what they change.</summary>
    private static readonly Dictionary<CpuFeature, string> Behaviours = new()
    {
        [CpuFeature.Xnx] = nameof(Stage2WalkerTests.AgreesWithANaiveWalkOverRandomTables),
        [CpuFeature.Ttst] = nameof(TableWalkerTests),
        [CpuFeature.Ttcnp] = nameof(HostTests.TheCommonBitOfATableBaseIsKeptAndHasNoEffect),
        [CpuFeature.Ttl] = nameof(HostTests.TheLevelHintOfAnInvalidationHasNoEffect),
    };

    /// <summary>Features that no ID_AA64 field tells of.</summary>
    private static readonly CpuFeature[] Silent = [];

    private static IEnumerable<CpuFeature> All => Enum.GetValues<CpuFeature>().Where(f => f is not (CpuFeature.Base or CpuFeature.Count));

    private static IEnumerable<CpuFeature> OfMax => All.Where(CpuModel.Max.Has);

    private static IEnumerable<A64Opcode> RowsWithFeature => A64Table.Rows.Where(row => row.Feature != CpuFeature.Base).Select(row => row.Opcode);

    private static IEnumerable<string> RegistersWithFeature =>
        SystemRegisterTable.All.ToArray().Where(register => register.Feature != CpuFeature.Base).Select(register => register.Name);

    [Test]
    public void EveryFeatureOfMaxExecutes()
    {
        foreach (CpuFeature feature in OfMax)
        {
            bool executes = A64Table.Rows.Any(row => (row.Feature == feature || row.Condition?.Feature == feature) && !row.Pending)
                || SystemRegisterTable.All.ToArray().Any(register => register.Feature == feature || register.WritableWith.Any(w => w.Feature == feature))
                || Behaviours.ContainsKey(feature);
            Assert.That(executes, Is.True, $"{feature} is advertised, but nothing needs it");
        }
    }

    [Test]
    public void EveryFeatureOfMaxIsAdvertised()
    {
        foreach (CpuFeature feature in OfMax.Except(Silent))
        {
            CpuModel without = CpuModel.Max with { Features = CpuModel.Max.Features.Without(feature) };
            bool isAdvertised = Enum.GetValues<IdentificationRegister>().Any(r => IdentificationFields.ValueOf(r, without) != IdentificationFields.ValueOf(r, CpuModel.Max))
                || IdentificationFields.All.Any(f => f.Levels.Any(level => level.Feature == feature && level.Value < f.ValueOn(CpuModel.Max)));
            Assert.That(isAdvertised, Is.True, $"{feature} executes, but no field tells of it");
        }
    }

    [Test]
    public void RowsAndRegistersThatNeedAFeatureAreOnMax()
    {
        Assert.Multiple(() =>
        {
            foreach (A64Row row in A64Table.Rows.Where(row => !row.Pending))
            {
                Assert.That(CpuModel.Max.Has(row.Feature), Is.True, $"{row.Name} executes, but max has no {row.Feature}");
                Assert.That(CpuModel.Max.Has(row.Condition?.Feature ?? CpuFeature.Base), Is.True, row.Name);
            }

            foreach (string name in RegistersWithFeature)
            {
                Assert.That(SystemRegisterTable.All.ToArray().Single(r => r.Name == name).IsOn(CpuModel.Max with { HasCortexRegisters = true }), Is.True, name);
            }
        });
    }

    [Test]
    public void SmallerValuesOfAFieldAreImplied()
    {
        foreach (CpuModel model in CpuModel.All)
        {
            foreach (IdentificationField field in IdentificationFields.All)
            {
                foreach ((uint value, CpuFeature feature) in field.Levels.Where(level => level.Value < field.ValueOn(model)))
                {
                    Assert.That(model.Has(feature), Is.True, $"{model.Name}: {field.Name} is above {value}, which tells of {feature}");
                }
            }
        }
    }

    [Test]
    public void FieldsOfARegisterDoNotOverlap() =>
        Assert.That(IdentificationFields.All.Select(field => (field.Register, field.Shift)), Is.Unique);

    [Test]
    public void IdentificationRegistersAreMadeOfTheList()
    {
        foreach (CpuModel model in CpuModel.All)
        {
            using CpuWorld world = new(model);
            foreach (IdentificationRegister register in Enum.GetValues<IdentificationRegister>())
            {
                world.Execute(A64.Read(A64.Register(3, 0, 0, (int)register >> 3, (int)register & 7), 0));
                ulong expected = 0;
                foreach (IdentificationField field in IdentificationFields.All.Where(field => field.Register == register))
                {
                    Assert.That(field.ValueOn(model), Is.LessThan(16));
                    expected |= (ulong)field.ValueOn(model) << field.Shift;
                }

                Assert.That(world.X(0), Is.EqualTo(expected), $"ID_AA64{register}_EL1 of {model.Name}");
            }
        }
    }

    /// <summary>On a CPU without its feature an instruction is what the row around it is: a NOP in the space of hints, UNDEFINED elsewhere.</summary>
    [TestCaseSource(nameof(RowsWithFeature))]
    public void InstructionsNeedTheirFeature(A64Opcode opcode)
    {
        A64Row row = A64Table.Find(opcode)!;
        CpuModel model = CpuModel.Max with { Features = CpuModel.Max.Features.Without(row.Feature) };
        using CpuWorld world = new CpuWorld(model).Enter(1);
        world[SystemRegisterSlot.CpacrEl1] = 3 << 20;
        var random = new Random(Seed);
        int tried = 0;
        for (int i = 0; i < WordsPerRow * 10 && tried < WordsPerRow; i++)
        {
            uint word = (uint)random.NextInt64(1L << 32) & ~row.Mask | row.Value;
            if (A64Decoder.Decode(word) != opcode || (row.Condition is { } condition && (word & condition.Mask) == condition.Value))
            {
                continue;
            }

            tried++;
            bool isHint = row.Within == A64Opcode.Hint;
            long undefined = world.Cpu.ExceptionCounts[(int)ExceptionKind.Undefined];
            world.Execute(word);
            Assert.That(world.Cpu.ExceptionCounts[(int)ExceptionKind.Undefined] - undefined, Is.EqualTo(isHint ? 0 : 1), $"{word:x8}");
        }

        Assert.That(tried, Is.Positive);
    }

    [Test]
    public void WordsWithAConditionNeedItsFeature()
    {
        var random = new Random(Seed);
        foreach (A64Row row in A64Table.Rows.Where(row => row.Condition is not null))
        {
            (uint mask, uint value, CpuFeature feature) = row.Condition!.Value;
            CpuFeatureSet without = CpuModel.Max.Features.Without(feature);
            for (int i = 0; i < WordsPerRow; i++)
            {
                uint word = (((uint)random.NextInt64(1L << 32) & ~row.Mask) | row.Value) & ~mask | value;
                if (A64Decoder.Decode(word) == row.Opcode)
                {
                    Assert.That(A64Features.Decode(word, without), Is.EqualTo(row.Within), $"{word:x8} of {row.Name}");
                    Assert.That(A64Features.Decode(word, CpuModel.Max.Features), Is.EqualTo(row.Opcode), $"{word:x8} of {row.Name}");
                }
            }
        }
    }

    [Test]
    public void RegistersNeedTheirFeature()
    {
        foreach (string name in RegistersWithFeature)
        {
            SystemRegister register = SystemRegisterTable.All.ToArray().Single(r => r.Name == name);
            using CpuWorld world = new(CpuModel.Max with { HasCortexRegisters = true, Features = CpuModel.Max.Features.Without(register.Feature) });
            world.Execute(register.ReadLevel <= 3 ? A64.Read(register.Encoding, 5) : A64.Write(register.Encoding, 5));
            Assert.That(world.Cpu.LastException?.Kind, Is.EqualTo(ExceptionKind.Undefined), name);
        }
    }

    [Test]
    public void TheManualListsTheFeaturesOfMax()
    {
        string? root = TestContext.CurrentContext.TestDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "docs", "cpu.md")))
        {
            root = Path.GetDirectoryName(root);
        }

        Assert.That(root, Is.Not.Null, "the tests do not run inside the repository");
        string[] listed = [.. File.ReadLines(Path.Combine(root!, "docs", "cpu.md"))
            .SkipWhile(line => !line.StartsWith("| feature |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))];
        Assert.That(listed, Is.EqualTo(OfMax.OrderBy(f => f.ToString(), StringComparer.Ordinal).Select(f => $"| {f} | {Advertisement(f)} |")));
    }

    [Test]
    public void SetsAddAndRemove()
    {
        CpuFeature last = CpuFeature.Count - 1;
        CpuFeatureSet set = CpuFeatureSet.Of(CpuFeature.Fp, last);
        Assert.That(set.Contains(CpuFeature.Base) && set.Contains(CpuFeature.Fp) && set.Contains(last), Is.True);
        Assert.That(set.Contains(CpuFeature.Lse), Is.False);
        Assert.That(All.Count(set.Contains), Is.EqualTo(2));
        Assert.That(set.Without(last, CpuFeature.Lse), Is.EqualTo(CpuFeatureSet.Of(CpuFeature.Fp)));
        Assert.That(default(CpuFeatureSet).With(CpuFeature.Lse).Contains(CpuFeature.Lse), Is.True);
    }

    private static string Advertisement(CpuFeature feature) => string.Join(", ", IdentificationFields.All.SelectMany(field => field.Levels
        .Where(level => level.Feature == feature)
        .Select(level => $"ID_AA64{field.Register.ToString().ToUpperInvariant()}_EL1.{field.Name} = {level.Value}")));
}
