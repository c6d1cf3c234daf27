using Emulator.Cpu.System;
using Emulator.Tests.Cpu.System;

namespace Emulator.Tests.Cpu.Translator;

/// <summary>LDTR and STTR in generated code, against the interpreter: the permissions of EL0 at EL1, as PSTATE.UAO and PAN say.</summary>
internal sealed unsafe class UnprivilegedAccessTests
{
    private const uint Branch = 0x1400_0000;
    private const uint CountDownX27 = 0xd100_077b;
    private const uint LoopWhileX27 = 0xb500_001b;

    // STTR, LDTR, STTRB, LDTRB, LDTRSB (64, 32), STTRH, LDTRH, LDTRSH, STTR and LDTR of words, LDTRSW; LDUR and STUR.
    private static readonly uint[] Accesses =
    [
        0xf800_0800, 0xf840_0800, 0x3800_0800, 0x3840_0800, 0x3880_0800, 0x38c0_0800, 0x7800_0800, 0x7840_0800, 0x7880_0800, 0xb800_0800, 0xb840_0800, 0xb880_0800,
        0xf840_0000, 0xf800_0000,
    ];

    [Test]
    public void RandomAccessesAreThoseOfTheInterpreter([Range(1, 15)] int seed)
    {
        var random = new Random(seed);
        using var world = new TranslatorWorld(threshold: 2, cpu: "max", enters: false);
        var words = new List<uint>();
        for (int i = 0; i < 24; i++)
        {
            words.Add(random.Next(10) switch
            {
                0 => 0xd500_407f | ((uint)random.Next(2) << 8), // MSR UAO, #n
                1 => 0xd500_409f | ((uint)random.Next(2) << 8), // MSR PAN, #n
                2 => A64.Read(A64.Register(3, 3, 0, 0, 7), 7), // MRS X7, DCZID_EL0
                3 => 0xab07_0000 | ((uint)random.Next(8) << 5) | 6, // ADDS X6, Xn, X7
                _ => Accesses[random.Next(Accesses.Length)] | ((uint)random.Next(512) << 12) | ((uint)random.Next(8, 13) << 5) | (uint)random.Next(8),
            });
        }

        words.Add(CountDownX27);
        words.Add(LoopWhileX27 | (((uint)-words.Count & 0x7ffff) << 5));
        words.Add(Branch);
        world.ForBoth(w => Prepare(w, words));
        for (int i = 0; i < 60; i++)
        {
            world.Run(random.Next(1, 60));
            world.AssertSame(() => $"seed {seed}, run {i}, in\n{string.Join("\n", words.Select(w => w.ToString("x8")))}");
        }

        Assert.That(world.Translated.Cpu.ExceptionCounts[(int)ExceptionKind.DataAbort], Is.GreaterThan(0));
    }

    [Test]
    public void WhatTheTlbKnowsNeedsNoInterpreter()
    {
        using var world = new TranslatorWorld(cpu: "max", enters: false);
        uint[] words = [0xf800_0900, 0xf840_0901, A64.Read(A64.Register(3, 3, 0, 0, 7), 7), CountDownX27, LoopWhileX27 | ((-4 & 0x7ffff) << 5), Branch];
        world.ForBoth(w => Prepare(w, words));
        world.Run(500);
        long before = world.Statistics.Exits["interpret"];
        world.Run(3000);
        world.AssertSame(() => "a loop of STTR, LDTR and MRS");
        Assert.That(world.Statistics.Exits["interpret"], Is.EqualTo(before));
    }

    // X8 to X12: a page of EL0's, one that it may only read, one of the kernel's, the middle of each of the first two behind each other.
    private static void Prepare(CpuWorld w, IReadOnlyList<uint> words)
    {
        var tables = new PageTables(w);
        const ulong data = TranslatorWorld.Data;
        ulong[] addresses =
        [
            tables.Map(1, data, PageTables.User) + 0x800, tables.Map(2, data + 0x1000, PageTables.User | PageTables.ReadOnly) + 0x800, tables.Map(3, data + 0x2000, 0) + 0x800,
        ];
        w[SystemRegisterSlot.Ttbr0El1] = tables.Root;
        w[SystemRegisterSlot.TcrEl1] = PageTables.Control;
        w[SystemRegisterSlot.MairEl1] = PageTables.Attributes;
        w[SystemRegisterSlot.SctlrEl1] |= SystemControl.MmuEnable;
        _ = w.Enter(1);
        w.Write(CpuWorld.Code, [.. words]);
        w.State->Pc = CpuWorld.Code;
        w.SetX(27, 900);
        for (int i = 0; i < 5; i++)
        {
            w.SetX(8 + i, i < 3 ? addresses[i] : addresses[i - 3] + 0x7fc);
        }
    }
}
