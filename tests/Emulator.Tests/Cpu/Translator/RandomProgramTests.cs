using Emulator.Cpu;
using Emulator.Cpu.Isa;
using Emulator.Tests.Cpu.System;
using NUnit.Framework;

namespace Emulator.Tests.Cpu.Translator;

/// <summary>Random loops, interpreted and translated, stopped at random counts: all that the guest can see must be the same each time.</summary>
internal sealed unsafe class RandomProgramTests
{
    private const int Programs = 150;
    private const int Rounds = 12;

    // Enough for loops to be found hot.
    private const int ManyRounds = 60;

    private static readonly string[] Ordered = ["Exclusive", "Acquire", "Release", "Atomic", "CompareAndSwap"];

    [Test]
    public void TranslatedInstructions([Range(1, 4)] int seed) => Compare(seed, RandomPrograms.IsTranslated, Programs);

    [Test]
    public void IntegerInstructions() => Compare(11, row => row.Group == A64Group.Integer, Programs);

    [Test]
    public void LoadsAndStores() => Compare(12, row => row.Group == A64Group.LoadStore, Programs);

    [Test]
    public void FloatingPoint([Values(14, 15)] int seed) =>
        Compare(seed, row => row.Group == A64Group.Float || (RandomPrograms.IsTranslated(row) && row.Group == A64Group.LoadStore), Programs);

    [Test]
    public void ExclusivesAndAtomics([Values("cortex-a57", "max")] string cpu) => Compare(16, IsOrdered, Programs, cpu);

    [Test]
    public void PointerAuthentication() => Compare(
        17,
        row => RandomPrograms.IsTranslated(row) && (row.MnemonicPattern.StartsWith("PAC", StringComparison.Ordinal) || row.MnemonicPattern.StartsWith("AUT", StringComparison.Ordinal)),
        Programs,
        "max");

    [Test]
    public void CallsAndInnerLoops([Values("cortex-a57", "max")] string cpu) => Compare(18, IsPlain, Programs, cpu, hasCalls: true);

    [Test]
    public void Regions([Range(20, 23)] int seed, [Values] bool hasCalls)
    {
        long regions = Compare(seed, hasCalls ? IsPlain : RandomPrograms.IsTranslated, Programs, hasCalls: hasCalls, rounds: ManyRounds);
        Assert.That(regions, Is.GreaterThan(hasCalls ? Programs / 8 : Programs / 2));
    }

    [Test]
    public void KnownValues([Values(19, 20)] int seed) => Compare(seed, RandomPrograms.IsTranslated, Programs, "max", hasKnownValues: true);

    [Test]
    public void KnownValuesOfIntegers([Values(21, 22)] int seed) => Compare(seed, row => row.Group == A64Group.Integer, Programs, hasKnownValues: true);

    [Test]
    public void AllKindsOfInstructions() => Compare(13, row => row.Group is not (A64Group.Branch or A64Group.System), Programs);

    [Test]
    [Category("Long")]
    public void ManyMore([Range(100, 119)] int seed) => Compare(seed, RandomPrograms.IsTranslated, 2000);

    [Test]
    [Category("Long")]
    public void ManyMoreExclusivesAndAtomics([Range(200, 209)] int seed) => Compare(seed, IsOrdered, 2000, "max");

    [Test]
    [Category("Long")]
    public void ManyMoreCallsAndInnerLoops([Range(300, 309)] int seed) => Compare(seed, IsPlain, 2000, "max", hasCalls: true);

    [Test]
    [Category("Long")]
    public void ManyMoreRegions([Range(400, 409)] int seed, [Values] bool hasCalls) =>
        Compare(seed, hasCalls ? IsPlain : RandomPrograms.IsTranslated, 2000, "max", hasCalls, rounds: ManyRounds);

    [Test]
    [Category("Long")]
    public void ManyMoreKnownValues([Range(400, 409)] int seed) =>
        Compare(seed, seed % 2 == 0 ? RandomPrograms.IsTranslated : IsPlain, 2000, "max", hasKnownValues: true);

    private static bool IsPlain(A64Row row) => RandomPrograms.IsTranslated(row) && row.Group is A64Group.Integer or A64Group.LoadStore;

    private static bool IsOrdered(A64Row row) => RandomPrograms.IsTranslated(row)
        && (row.Opcode is A64Opcode.ClearExclusive
            || (row.Group == A64Group.LoadStore && Ordered.Any(name => row.Opcode.ToString().Contains(name, StringComparison.Ordinal))));

    // Gives how many regions were translated.
    private static long Compare(int seed, Func<A64Row, bool> rows, int programs, string cpu = "cortex-a57", bool hasCalls = false, bool hasKnownValues = false, int rounds = Rounds)
    {
        var generator = new RandomPrograms(seed, rows, hasCalls, hasKnownValues);
        using var world = new TranslatorWorld(cpu: cpu);
        for (int i = 0; i < programs; i++)
        {
            uint[] words = generator.Next();
            int number = i;
            Prepare(world, generator, words, hasCalls, rounds);
            long left = (words.Length + 1) * rounds;
            while (left > 0)
            {
                int count = generator.Random.Next(1, generator.Random.Next(2) == 0 ? 12 : 150);
                left -= count;
                world.Run(count);
                world.AssertSame(() => $"seed {seed}, program {number}:\n{Describe(words)}");
            }
        }

        Assert.That(world.Statistics.Instructions, Is.GreaterThan(programs));
        return world.Statistics.Regions;
    }

    private static void Prepare(TranslatorWorld world, RandomPrograms generator, uint[] words, bool hasCalls, int rounds)
    {
        Random random = generator.Random;
        var data = new byte[0x2000];
        random.NextBytes(data);
        var registers = new ulong[CpuState.StackPointer + 1];
        for (int i = 0; i < registers.Length; i++)
        {
            registers[i] = random.Next(4) switch
            {
                0 => (ulong)random.Next(-8, 9),
                1 => (ulong)(int)random.Next(),
                2 => 1UL << random.Next(64),
                _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
            };
        }

        var vectors = new ulong[64];
        for (int i = 0; i < vectors.Length; i++)
        {
            vectors[i] = random.Next(8) switch
            {
                0 => 0,
                1 => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
                2 => BitConverter.DoubleToUInt64Bits(random.Next(-9, 10)),
                3 => BitConverter.SingleToUInt32Bits(random.Next(-9, 10)),
                4 => BitConverter.SingleToUInt32Bits((float)(random.NextDouble() - 0.5) * 1000),
                5 => BitConverter.DoubleToUInt64Bits(random.NextDouble() * double.Epsilon * 1e17),
                _ => BitConverter.DoubleToUInt64Bits((random.NextDouble() - 0.5) * 1000),
            };
        }

        registers[26] = TranslatorWorld.Data;
        registers[27] = (ulong)rounds;
        registers[CpuState.StackPointer] = TranslatorWorld.Data + 0x800;
        uint flags = (uint)random.Next(16) << 28;
        bool isAligned = random.Next(2) == 0;
        bool isStackAligned = random.Next(2) == 0;
        ulong offset = (ulong)random.Next(0, 1020 - words.Length) * 4;
        if (hasCalls)
        {
            // Programs may be on two pages.
            offset = (ulong)random.Next(0, 2000 - words.Length) * 4;
            registers[RandomPrograms.FunctionRegister] = CpuWorld.Code + offset + ((ulong)generator.FunctionIndex * 4);
        }

        world.ForBoth(w =>
        {
            w.Ram.Write(TranslatorWorld.Data - CpuWorld.RamBase - 0x1000, data);
            w.Write(CpuWorld.Code + offset, words);
            CpuState* state = w.State;
            for (int i = 0; i < registers.Length; i++)
            {
                state->X[i] = registers[i];
            }

            for (int i = 0; i < vectors.Length; i++)
            {
                state->V[i] = vectors[i];
            }

            state->FloatingPointStatus = 0;
            state->SetFlags(flags);
            state->Pc = CpuWorld.Code + offset;
            state->AlignmentMask = isAligned ? 15u : 0;
            state->StackAlignmentMask = isStackAligned ? 15u : 0;
        });
    }

    private static string Describe(uint[] words) =>
        string.Join('\n', words.Select((word, i) => $"  {i,3} {word:x8} {Disassembler.Disassemble(word, (ulong)i * 4)}"));
}
