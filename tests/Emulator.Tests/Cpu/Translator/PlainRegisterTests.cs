using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.System;
using Emulator.Cpu.Translator;
using Emulator.Tests.Cpu.System;

namespace Emulator.Tests.Cpu.Translator;

/// <summary>System registers that generated code accesses itself, against the interpreter.</summary>
internal sealed unsafe class PlainRegisterTests
{
    private const uint Branch = 0x1400_0000;
    private const uint AddOneToX3 = 0x9100_0463;
    private const uint CountDownX27 = 0xd100_077b;
    private const uint LoopWhileX27 = 0xb500_001b;
    private const uint MaskIrq = 2;

    private static readonly ushort VectorBase = A64.Register(3, 0, 12, 0, 0);
    private static readonly ushort SavedState = A64.Register(3, 0, 4, 0, 0);
    private static readonly ushort Daif = A64.Register(3, 3, 4, 2, 1);
    private static readonly ushort UserThread = A64.Register(3, 3, 13, 0, 2);
    private static readonly ushort Thread = A64.Register(3, 0, 13, 0, 4);
    private static readonly ushort FaultAddress = A64.Register(3, 0, 6, 0, 0);
    private static readonly ushort UserStack = A64.Register(3, 0, 4, 1, 0);

    [Test]
    public void TheHotRegistersOfKernelsArePlain()
    {
        foreach (ushort register in new[] { Thread, UserStack, Daif, FaultAddress, SavedState, UserThread })
        {
            Assert.That(KindOf(A64.Read(register, 1), TranslationMode.PlainRegisters), Is.Not.EqualTo(PlainRegisterKind.None));
            Assert.That(KindOf(A64.Write(register, 1), TranslationMode.PlainRegisters), Is.Not.EqualTo(PlainRegisterKind.None));
        }

        Assert.That(KindOf(A64.Read(UserThread, 1), TranslationMode.None), Is.EqualTo(PlainRegisterKind.Slot));
        Assert.That(KindOf(A64.Read(Thread, 1), TranslationMode.None), Is.EqualTo(PlainRegisterKind.None));
    }

    [Test]
    public void WhatHasAnEffectOrATrapIsNotPlain()
    {
        // SCTLR_EL1, TTBR0_EL1, CPACR_EL1, PMCR_EL0, MDSCR_EL1, ICC_IAR1_EL1, CNTVCT_EL0, FPCR, and UAO, which not every CPU has.
        ushort[] others =
        [
            A64.Register(3, 0, 1, 0, 0), A64.Register(3, 0, 2, 0, 0), A64.Register(3, 0, 1, 0, 2), A64.Register(3, 3, 9, 12, 0), A64.Register(2, 0, 0, 2, 2),
            A64.Register(3, 0, 12, 12, 0), A64.Register(3, 3, 14, 0, 2), A64.Register(3, 3, 4, 4, 0), A64.Register(3, 0, 4, 2, 4),
        ];
        Assert.That(others.Select(r => KindOf(A64.Write(r, 1), TranslationMode.PlainRegisters)), Is.All.EqualTo(PlainRegisterKind.None));
    }

    [Test]
    public void RandomAccessesAreThoseOfTheInterpreter([Range(1, 25)] int seed)
    {
        var random = new Random(seed);
        uint[] accesses = [.. Accesses().Where(w => w != A64.Write(VectorBase, 0))];
        using var world = new TranslatorWorld(threshold: 2);
        var words = new List<uint>();
        for (int i = 0; i < 20; i++)
        {
            words.Add(random.Next(8) switch
            {
                0 => 0xab00_0000 | (RandomRegister() << 16) | (RandomRegister() << 5) | RandomRegister(), // adds
                1 => 0x9a80_0000 | (RandomRegister() << 16) | ((uint)random.Next(14) << 12) | (RandomRegister() << 5) | RandomRegister(), // csel
                2 => random.Next(4) switch { 0 => A64.Isb, 1 => A64.SpSel((uint)random.Next(2)), 2 => A64.DaifSet((uint)random.Next(16)), _ => A64.DaifClr((uint)random.Next(16)) },
                3 => A64.Svc(3),
                _ => accesses[random.Next(accesses.Length)] | RandomRegister(),
            });
        }

        words.Add(CountDownX27);
        words.Add(LoopWhileX27 | (((uint)-words.Count & 0x7ffff) << 5));
        words.Add(Branch);
        world.ForBoth(w =>
        {
            // With either stack pointer exceptions go on behind the instruction.
            ulong vectors = w[SystemRegisterSlot.VbarEl1];
            w.Write(vectors, 0xd538_4039, 0x9100_1339, 0xd518_4039, A64.Eret);
            w.Write(CpuWorld.Code, [.. words]);
            w.State->Pc = CpuWorld.Code;
            w.SetX(27, 30);
            for (int i = 0; i < 8; i++)
            {
                w.SetX(i, (ulong)new Random(seed + i).NextInt64());
            }
        });
        for (int i = 0; i < 40; i++)
        {
            int count = random.Next(1, 60);
            world.Run(count);
            world.AssertSame(() => $"seed {seed}, after {count} more, in\n{string.Join("\n", words.Select(w => w.ToString("x8")))}");
        }

        uint RandomRegister() => (uint)random.Next(8);
    }

    [TestCase(0, 0UL)]
    [TestCase(1, 0UL)]
    [TestCase(1, HypervisorConfiguration.TrapVirtualMemoryReads)]
    [TestCase(1, HypervisorConfiguration.TrapVirtualMemoryWrites)]
    [TestCase(2, 0UL)]
    public void TrapsAreTakenWhereTheyAreDue(int level, ulong configuration)
    {
        using var world = new TranslatorWorld(enters: false);
        uint[] accesses = [.. Accesses().Where(w => w != A64.Write(VectorBase, 0))];
        uint[] words = [.. accesses.Select((w, i) => w | (uint)(i % 8)), CountDownX27, LoopWhileX27 | (((uint)-(accesses.Length + 1) & 0x7ffff) << 5), Branch];
        world.ForBoth(w =>
        {
            w[SystemRegisterSlot.HcrEl2] |= configuration;
            _ = w.Enter(level);
            for (int from = 1; from <= 2; from++)
            {
                // ELR_ELx is one further; an UNDEFINED instruction is not executed again.
                uint read = from == 1 ? 0xd538_4039 : 0xd53c_4039;
                uint write = from == 1 ? 0xd518_4039 : 0xd51c_4039;
                w.Write(CpuWorld.VectorsOf(from) + 0x200, read, 0x9100_1339, write, A64.Eret);
                w.Write(CpuWorld.VectorsOf(from) + 0x400, read, 0x9100_1339, write, A64.Eret);
            }

            w.Write(CpuWorld.Code, words);
            w.State->Pc = CpuWorld.Code;
            w.SetX(27, 10);
        });
        for (int i = 0; i < 100; i++)
        {
            world.Run(97);
            world.AssertSame(() => $"run {i}");
        }

        bool hasTraps = level == 0 || configuration != 0;
        long exceptions = world.Translated.Cpu.ExceptionCounts[(int)ExceptionKind.Undefined] + world.Translated.Cpu.ExceptionCounts[(int)ExceptionKind.SystemRegisterTrap];
        Assert.That(exceptions, hasTraps ? Is.GreaterThan(20) : Is.Zero);
    }

    [Test]
    public void AnInterruptIsTakenRightBehindWhatUnmasksIt([Values] bool byRegister)
    {
        using var world = new TranslatorWorld();
        uint unmask = byRegister ? A64.Write(Daif, 5) : A64.DaifClr(MaskIrq);
        uint[] loop = [A64.DaifSet(MaskIrq), AddOneToX3, unmask, AddOneToX3, CountDownX27, LoopWhileX27 | ((-5 & 0x7ffff) << 5), Branch];
        world.ForBoth(w =>
        {
            // Comes back with the interrupt masked.
            w.Write(w[SystemRegisterSlot.VbarEl1] + 0x280, A64.Read(SavedState, 6), 0xb279_00c6, A64.Write(SavedState, 6), 0x9100_0484, A64.Eret);
            w.Write(CpuWorld.Code, loop);
            w.State->Pc = CpuWorld.Code;
            w.SetX(5, 0x340);
            w.SetX(27, 1000);
        });
        for (int i = 0; i < 300; i++)
        {
            world.ForBoth(w => w.Cpu.Irq.Set((i / 7) % 2 == 1));
            world.RunWithInterrupts(1 + (i % 11));
            world.AssertSame(() => $"run {i}");
        }

        Assert.That(world.Translated.X(4), Is.GreaterThan(50));
        Assert.That(world.Translated[SystemRegisterSlot.ElrEl1], Is.EqualTo(CpuWorld.Code + 12));
    }

    // All that are plain, with X0.
    private static IEnumerable<uint> Accesses()
    {
        foreach (SystemRegister register in SystemRegisterTable.All.ToArray())
        {
            foreach (uint word in new[] { A64.Read(register.Encoding, 0), A64.Write(register.Encoding, 0) })
            {
                if (KindOf(word, TranslationMode.PlainRegisters) != PlainRegisterKind.None)
                {
                    yield return word;
                }
            }
        }
    }

    private static PlainRegisterKind KindOf(uint word, TranslationMode mode)
    {
        DecodedOperation operation = default;
        operation.Encoding = word;
        operation.Opcode = (ushort)A64Decoder.Decode(word);
        Assert.That(Binder.Bind((A64Opcode)operation.Opcode, word, &operation), Is.True);
        return PlainRegister.Of(&operation, mode).Kind;
    }
}
