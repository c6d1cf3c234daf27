using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator;
using Emulator.Tests.Cpu.System;
using NUnit.Framework;

namespace Emulator.Tests.Cpu.Translator;

/// <summary>Each vector and floating-point instruction that is translated, and the checksums, alone, with operands at the edges: as the interpreter does it, FPSR included.</summary>
internal sealed unsafe class VectorInstructionTests
{
    private const int Parts = 8;
    private const int BaseRegister = 28;
    private const uint Branch = 0x1400_0000;

    private static readonly A64Row[] Rows = [.. A64Table.Rows.Where(r => !r.Pending && (UsesVectors(r) || r.Opcode is A64Opcode.Crc32Checksum or A64Opcode.Crc32CChecksum))];

    [Test]
    public void WithEdgeOperands([Range(0, Parts - 1)] int part) => Compare(part, words: 24, operands: 24);

    [Test]
    [Category("Long")]
    public void WithManyOperands([Range(0, Parts - 1)] int part) => Compare(part, words: 60, operands: 120);

    [Test]
    public void ConstantsOfAllInstructionsFit()
    {
        const ulong start = CpuWorld.RamBase + 0x10_0000;
        uint[] words = [.. Rows.Where(r => r.Group != A64Group.LoadStore).SelectMany(EachForm).SelectMany(word => new[] { word, Branch })];
        using var world = new TranslatorWorld(cacheSize: 16 << 20, cpu: "max");
        world.Translated.Write(start, words);
        for (int i = 0; i < words.Length; i += 2)
        {
            for (int round = 0; round < 2; round++)
            {
                Prepare(world.Translated, start + ((ulong)i * sizeof(uint)), new VectorOperands(0));
                world.Translated.State->FloatingPointControl = 0;
                world.RunTranslated(2);
            }
        }

        Assert.That(world.Statistics.Blocks, Is.GreaterThan(10_000));
        Assert.That(world.Constants, Is.InRange(400, 800));
    }

    [Test]
    public void FollowersSeeComparisons([Values(0x1e602020u, 0x1e202020u, 0x1e602028u)] uint comparison)
    {
        // Of registers 1 and 0. The four that follow read NZCV; then others overwrite it, or a branch leaves with it.
        const uint select = 0x9a85_0062;
        const uint selectFloat = 0x1e64_0c62;
        const uint addWithCarry = 0x9a05_0066;
        const uint branch = 0x5400_0040;
        const uint addOne = 0x9100_0508;
        const uint compareIntegers = 0xeb05_007f;
        var random = new Random(1);
        using var world = new TranslatorWorld();
        for (uint condition = 0; condition < 16; condition++)
        {
            uint[][] programs =
            [
                [comparison, branch | condition, addOne, Branch],
                [comparison, select | (condition << 12), branch | condition, addOne, Branch],
                [comparison, selectFloat | (condition << 12), addWithCarry, branch | condition, addOne, Branch],
                [comparison, compareIntegers, branch | condition, addOne, Branch],
                [comparison, comparison ^ (1 << 5), branch | condition, addOne, Branch],
            ];
            for (int number = 0; number < programs.Length; number++)
            {
                ulong address = CpuWorld.Code + (((condition * 8UL) + (ulong)number) * 32);
                world.ForBoth(w => w.Write(address, programs[number]));
                for (int round = 0; round < 60; round++)
                {
                    int seed = random.Next();
                    world.ForBoth(w => Prepare(w, address, new VectorOperands(seed)));
                    world.ForBoth(w => w.State->FloatingPointControl = 0);
                    world.Run(random.Next(4) == 0 ? random.Next(1, 6) : 6);
                    world.AssertSame(() => $"condition {condition}, program {number}");
                }
            }
        }
    }

    private static bool UsesVectors(A64Row row) => (InstructionTable.Of((ushort)row.Opcode) & InstructionTraits.UsesVectors) != 0;

    private static void Compare(int part, int words, int operands)
    {
        var random = new Random(part);
        for (int i = part; i < Rows.Length; i += Parts)
        {
            using var world = new TranslatorWorld(cpu: "max");
            for (int number = 0; number < words; number++)
            {
                uint word = NextWord(random, Rows[i]);
                ulong address = CpuWorld.Code + (ulong)(number * 2 * sizeof(uint));
                world.ForBoth(w => w.Write(address, word, Branch));
                for (int round = 0; round < operands; round++)
                {
                    int seed = random.Next();
                    world.ForBoth(w => Prepare(w, address, new VectorOperands(seed)));
                    world.Run(2);
                    world.AssertSame(() => $"{Rows[i].Opcode} {word:x8} {Disassembler.Disassemble(word, 0)}, operands {seed}:\n{Describe(new VectorOperands(seed), word)}");
                }
            }

            // Not all forms of all of them are translated, nor in all modes.
            Assert.That(world.Statistics.Instructions, Is.GreaterThanOrEqualTo(words), Rows[i].Opcode.ToString());
            if (HasHostAll(Rows[i]))
            {
                Assert.That(world.Untranslated, Is.LessThan(world.Statistics.Blocks), Rows[i].Opcode.ToString());
            }
        }
    }

    private static bool HasHostAll(A64Row row) =>
        (row.Group != A64Group.Crypto && row.Opcode is not (A64Opcode.PolynomialMultiplyLongDoubleword or A64Opcode.Crc32Checksum))
        || (HostFeatures.HasAes && HostFeatures.HasSha && HostFeatures.HasCarrylessMultiply);

    // With all values of all fields but registers.
    private static IEnumerable<uint> EachForm(A64Row row)
    {
        uint free = row.Fields.Where(f => f.Name is not ("Rd" or "Rn" or "Rm" or "Ra" or "Rt" or "cond"))
            .Aggregate(0u, (bits, field) => bits | (((1u << field.Width) - 1) << field.Shift));
        uint bits = 0;
        do
        {
            uint word = row.Value | bits | (BaseRegister << 5);
            if (row.Matches(word) && A64Decoder.Decode(word) == row.Opcode && TryBind(row.Opcode, word))
            {
                yield return word;
            }

            bits = (bits - free) & free;
        }
        while (bits != 0);
    }

    private static bool TryBind(A64Opcode opcode, uint word)
    {
        DecodedOperation scratch = default;
        return Binder.Bind(opcode, word, &scratch);
    }

    private static uint NextWord(Random random, A64Row row)
    {
        while (true)
        {
            uint word = ((uint)random.NextInt64(1L << 32) & ~row.Mask) | row.Value;
            if (row.Group == A64Group.LoadStore || row.Opcode.ToString().Contains("Structure", StringComparison.Ordinal))
            {
                word = (word & ~0x3e0u) | (BaseRegister << 5);
            }

            // Often the same register twice.
            if (random.Next(4) == 0 && (row.Mask & 31) == 0 && (row.Mask & 0x3e0) == 0)
            {
                word = (word & ~31u) | ((word >> 5) & 31);
            }

            if (row.Matches(word) && A64Decoder.Decode(word) == row.Opcode && TryBind(row.Opcode, word))
            {
                return word;
            }
        }
    }

    private static void Prepare(CpuWorld world, ulong address, VectorOperands operands)
    {
        CpuState* state = world.State;
        for (int i = 0; i < 64; i++)
        {
            state->V[i] = operands.NextHalf();
        }

        for (int i = 0; i < CpuState.StackPointer; i++)
        {
            state->X[i] = operands.NextHalf();
        }

        state->X[BaseRegister] = TranslatorWorld.Data + operands.NextOffset();
        state->X[CpuState.StackPointer] = TranslatorWorld.Data;
        state->SetFlags(operands.NextFlags());
        state->FloatingPointStatus = 0;
        state->FloatingPointControl = operands.NextControl();
        state->Pc = address;
    }

    private static string Describe(VectorOperands operands, uint word)
    {
        var halves = new ulong[64];
        for (int i = 0; i < 64; i++)
        {
            halves[i] = operands.NextHalf();
        }

        return string.Join('\n', new[] { word & 31, (word >> 5) & 31, (word >> 16) & 31, (word >> 10) & 31 }.Distinct()
            .Select(register => $"  V{register} {halves[(2 * register) + 1]:x16}_{halves[2 * register]:x16}"));
    }
}
