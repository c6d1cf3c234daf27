using Emulator.Cpu;
using Emulator.Cpu.System;
using Emulator.Cpu.Translator;
using Emulator.Tests.Cpu.System;
using NUnit.Framework;

namespace Emulator.Tests.Cpu.Translator;

internal sealed unsafe class TranslationEngineTests
{
    private const uint Branch = 0x1400_0000;
    private const uint Return = 0xd65f_03c0;
    private const uint A64Svc = 0xd400_0001;
    private const uint A64Udf = 0;
    private const uint BranchToX9 = 0xd61f_0120;
    private const uint BranchWithLinkToX9 = 0xd63f_0120;

    [Test]
    public void LimitIsExactWhereverItIs([Range(1, 40)] int count)
    {
        using var world = new TranslatorWorld();
        Prepare(world, CountingLoop());
        for (int i = 0; i < 20; i++)
        {
            world.Run(count);
            world.AssertSame(() => $"run {i} of {count}");
        }
    }

    [Test]
    public void ExceptionsAndReturnsCountAlsoFarFromTheLimit([Values(1, 4)] int threshold, [Values(A64Svc, A64Udf, 0xb940_005fU)] uint instruction)
    {
        // SVC, an UNDEFINED instruction, a load that faults; the handler goes on behind the next one.
        using var world = new TranslatorWorld(threshold);
        Prepare(
            world,
            [
                0x9100_0463, // add x3, x3, #1
                instruction,
                0x9100_0463, // add x3, x3, #1
                0xd100_0484, // sub x4, x4, #1
                0xb5ff_ff84, // cbnz x4, 0
                Branch,
            ],
            state =>
            {
                state->X[2] = 0x1234_5678_0000;
                state->X[3] = 0;
                state->X[4] = 10_000;
            });
        for (int i = 0; i < 20; i++)
        {
            world.Run(3000 + (i * 7));
            world.AssertSame(() => $"run {i}");
        }

        Assert.That(world.Translated.X(3), Is.GreaterThan(5000));
    }

    [Test]
    public void FlagsAreThereWhereALoadFaults(
        [Values(0xeb06_00bfU, 0x6b06_00a7U, 0xab06_08bfU, 0x7100_14bfU, 0xf200_0cbfU, 0xea26_10bfU, 0xeb26_c8bfU, 0xf100_14a5U)] uint setter,
        [Values(0xb940_005fU, 0xa940_2447U, 0xb87f_485fU, 0xf940_0442U, 0xf900_0406U)] uint access)
    {
        // cmp, subs, cmn, cmp #5, tst #15, bics, cmp with an extension, subs over its own source; loads from X2 fault at every other turn, one to X2 itself at the next;
        // stores are to the page of the code. Nothing but the exception reads the flags.
        using var world = new TranslatorWorld(threshold: 1);
        Prepare(
            world,
            [
                setter,
                0x9100_04c6, // add x6, x6, #1
                0xd343_fcc5, // lsr x5, x6, #3
                access,
                setter,
                0x9100_0463, // add x3, x3, #1
                access,
                0xca08_0042, // eor x2, x2, x8
                0xea03_009f, // tst x4, x3
                0xd100_0484, // sub x4, x4, #1
                0xb5ff_fec4, // cbnz x4, 0
                Branch,
            ],
            state =>
            {
                state->X[0] = CpuWorld.Code + 0x800;
                state->X[2] = TranslatorWorld.Data;
                state->X[3] = 0;
                state->X[4] = 10_000;
                state->X[5] = 7;
                state->X[6] = ~4UL;
                state->X[8] = TranslatorWorld.Data ^ 0x1234_5678_0000;
            });
        for (int i = 0; i < 60; i++)
        {
            world.Run(1 + (i % 13));
            world.AssertSame(() => $"run {i}");
        }
    }

    [Test]
    public void FlagsOfALoadThatFaultsAreOfWhatRegistersHeldBeforeIt()
    {
        // X9, which is compared, is a constant from behind the load on, in the same block. Every other load faults.
        using var world = new TranslatorWorld(threshold: 1);
        Prepare(
            world,
            [
                0x8b08_0069, // add x9, x3, x8
                0xeb08_013f, // cmp x9, x8
                0xb940_005f, // ldr wzr, [x2]
                0xd280_00a9, // mov x9, #5
                0xea03_009f, // tst x4, x3
                0xca0a_0042, // eor x2, x2, x10
                0x9100_0463, // add x3, x3, #1
                0xd100_0484, // sub x4, x4, #1
                0xb5ff_ff04, // cbnz x4, 0
                Branch,
            ],
            state =>
            {
                state->X[2] = TranslatorWorld.Data;
                state->X[3] = unchecked((ulong)-40);
                state->X[8] = 3;
                state->X[10] = 0x1234_5678_0000;
            });
        for (int i = 0; i < 60; i++)
        {
            world.Run(1 + (i % 13));
            world.AssertSame(() => $"run {i}");
        }
    }

    [Test]
    public void ChangedWordTakesEffectAtOnce()
    {
        // The loop stores over its own third word: the addition of 1 becomes one of 2, then of 1 again.
        using var world = new TranslatorWorld();
        Prepare(
            world,
            [
                0xb900_0801, // str w1, [x0, #8]
                0xca02_0021, // eor x1, x1, x2
                0x9100_0463, // add x3, x3, #1
                0xd100_0484, // sub x4, x4, #1
                0xb5ff_ff84, // cbnz x4, 0
                Branch,
            ],
            state =>
            {
                state->X[0] = CpuWorld.Code;
                state->X[1] = 0x9100_0863;
                state->X[2] = 0x9100_0463 ^ 0x9100_0863;
                state->X[3] = 0;
                state->X[4] = 200;
            });
        for (int i = 0; i < 60; i++)
        {
            world.Run(17);
            world.AssertSame(() => $"run {i}");
        }

        Assert.That(world.Translated.X(3), Is.EqualTo(300));
    }

    [Test]
    public void StoresBesideCodeSeldomDropIt()
    {
        using var world = new TranslatorWorld();
        uint[] loop =
        [
            0xf900_8001, // str x1, [x0, #256]
            0x9100_0421, // add x1, x1, #1
            0xd100_0484, // sub x4, x4, #1
            0xb5ff_ffa4, // cbnz x4, 0
            Branch,
        ];
        Prepare(world, loop, state =>
        {
            state->X[0] = CpuWorld.Code;
            state->X[4] = 1000;
        });
        world.Run(4001);
        world.AssertSame(() => "after the loop");
        Assert.That(world.Statistics.Blocks, Is.LessThan(40));
    }

    [Test]
    public void CodeIsWatchedAfterManyStoresToItsPage()
    {
        // So many stores make the interpreter forget the whole page; what is translated must go with it, or later stores to it would pass unseen.
        using var world = new TranslatorWorld();
        Prepare(world, CountingLoop());
        world.Run(60);
        world.ForBoth(w =>
        {
            for (int i = 0; i < 100; i++)
            {
                w.Write(CpuWorld.Code + 0x800, (uint)i);
            }

            w.Write(CpuWorld.Code, 0xcb04_0063); // sub x3, x3, x4
        });
        world.Run(200);
        world.AssertSame(() => "after the change");
    }

    [Test]
    public void CodeOfOtherPagesIsReachedAndReturnedFrom([Values("cortex-a57", "max")] string cpu)
    {
        using var world = new TranslatorWorld(cpu: cpu);
        world.ForBoth(w => w.Write(CpuWorld.Code + 0x3ffc, 0x9100_0463, 0xaa1e_03e5, Return));
        uint[] loop =
        [
            BranchWithLinkToX9,
            0xd100_0484, // sub x4, x4, #1
            0xb5ff_ffc4, // cbnz x4, 0
            Branch,
        ];
        Prepare(world, loop, state =>
        {
            // The function starts with the last word of its page.
            state->X[9] = CpuWorld.Code + 0x3ffc;
            state->X[4] = 300;
        });
        for (int i = 0; i < 60; i++)
        {
            world.Run(31);
            world.AssertSame(() => $"run {i}");
        }

        Assert.That(world.Translated.X(4), Is.LessThan(100));
    }

    [Test]
    public void WhatABranchLeadsToIsNoAffairOfTheLimitBehindTheBranch()
    {
        using var world = new TranslatorWorld();
        Prepare(world, [BranchToX9]);
        for (int i = 0; i < 3; i++)
        {
            world.ForBoth(w =>
            {
                w.State->Pc = CpuWorld.Code;
                w.State->X[9] = 0xdead_0000;
            });
            world.Run(1);
            world.AssertSame(() => $"run {i}");
            Assert.That(world.Translated.State->Pc, Is.EqualTo(0xdead_0000), "nothing is fetched there yet");
        }
    }

    [Test]
    public void GuardedPagesWantLandingPads([Range(1, 6)] int count)
    {
        // Calls go to a guarded page and to another one; after 40 rounds what is called in the guarded page has no landing pad.
        using var world = new TranslatorWorld(cpu: "max", enters: false);
        world.ForBoth(w =>
        {
            var tables = new PageTables(w);
            w[SystemRegisterSlot.MairEl1] = PageTables.Attributes;
            w[SystemRegisterSlot.TcrEl1] = PageTables.Control;
            w[SystemRegisterSlot.Ttbr0El1] = tables.Root;
            w[SystemRegisterSlot.SctlrEl1] |= SystemControl.MmuEnable;
            _ = w.Enter(1);
            ulong guarded = tables.Map(0, PageTables.PageAt(0), 1UL << 50);
            ulong open = tables.Map(1, PageTables.PageAt(1), 0);
            w.Write(PageTables.PageAt(0), 0xd503_245f, 0x9100_0463, Return);
            w.Write(PageTables.PageAt(0) + 0x100, 0x9100_0863, Return);
            w.Write(
                PageTables.PageAt(1),
                BranchWithLinkToX9,
                0xd63f_0140, // blr x10
                0xd100_0484, // sub x4, x4, #1
                0xf100_f09f, // cmp x4, #60
                0x9a89_0169, // csel x9, x11, x9, eq
                0xb5ff_ff64, // cbnz x4, 0
                Branch);
            w.Write(PageTables.PageAt(1) + 0x100, 0x9100_0463, Return);
            w.State->Pc = open;
            w.State->X[4] = 100;
            w.State->X[9] = guarded;
            w.State->X[10] = open + 0x100;
            w.State->X[11] = guarded + 0x100;
        });
        for (int i = 0; i < 460 / count; i++)
        {
            world.Run(count);
            world.AssertSame(() => $"run {i}");
        }

        Assert.That(world.Translated.State->X[4], Is.EqualTo(60));
        Assert.That(world.Translated.ClassAt(1), Is.Not.EqualTo(ExceptionClass.Unknown));
    }

    [Test]
    public void MisalignedTargetOfABranchFaultsAtTheTarget([Range(1, 8)] int count, [Values("cortex-a57", "max")] string cpu)
    {
        using var world = new TranslatorWorld(cpu: cpu);
        uint[] loop =
        [
            0xf100_0484, // subs x4, x4, #1
            0x9a89_1129, // csel x9, x9, x9, ne
            0x9a8a_1129, // csel x9, x9, x10, ne
            BranchToX9,
        ];
        Prepare(world, loop, state =>
        {
            state->X[4] = 50;
            state->X[9] = CpuWorld.Code;
            state->X[10] = CpuWorld.Code + 2;
        });
        for (int i = 0; i < 210 / count; i++)
        {
            world.Run(count);
            world.AssertSame(() => $"run {i}");
        }

        Assert.That(world.Translated.ClassAt(1), Is.EqualTo(ExceptionClass.PcAlignment));
    }

    [Test]
    public void BranchToTheNextInstructionGoesOnThere([Values("cortex-a57", "max")] string cpu)
    {
        using var world = new TranslatorWorld(cpu: cpu);
        uint[] loop =
        [
            0x1000_0049, // adr x9, 8
            BranchToX9,
            0x9100_0463, // add x3, x3, #1
            0xd100_0484, // sub x4, x4, #1
            0xb5ff_ff84, // cbnz x4, 0
            Branch,
        ];
        Prepare(world, loop);
        for (int i = 0; i < 60; i++)
        {
            world.Run(11);
            world.AssertSame(() => $"run {i}");
        }
    }

    [Test]
    public void FullCacheIsEmptiedAndFilledAnew()
    {
        // Room for few blocks beside what the largest possible instructions of one may take, and the constants.
        using var world = new TranslatorWorld(threshold: 1, cacheSize: 36 * 1024);
        Prepare(world, [Branch]);
        const int loops = 120;
        for (int i = 0; i < loops; i++)
        {
            ulong address = CpuWorld.Code + 0x4000 + ((ulong)i * 64);
            world.ForBoth(w =>
            {
                w.Write(address, CountingLoop());
                w.State->X[4] = 20;
                w.State->Pc = address;
            });
            world.Run(100);
            world.AssertSame(() => $"loop {i}");
        }

        Assert.That(world.Statistics.Blocks, Is.GreaterThanOrEqualTo(loops));
        Assert.That(world.Statistics.Bytes, Is.GreaterThan(8 * 1024));
        Assert.That(world.Statistics.Flushes, Is.Positive);
        Assert.That(world.Statistics.Invalidations, Is.GreaterThanOrEqualTo(world.Statistics.Flushes));
    }

    [Test]
    public void ExitsAreCountedByReason()
    {
        using var world = new TranslatorWorld(threshold: 1);
        Prepare(world, CountingLoop());
        world.Run(300);

        Assert.That(world.Statistics.Exits.Keys, Is.EquivalentTo(Enum.GetNames<ExitKind>().Select(name => name.ToLowerInvariant())));
        Assert.That(world.Statistics.Exits["budget"], Is.Positive);
    }

    [Test]
    public void SeldomExecutedCodeIsNotTranslated()
    {
        using var world = new TranslatorWorld(threshold: 30);
        Prepare(world, CountingLoop(), state => state->X[4] = 20);
        world.Run(121);
        Assert.That(world.Statistics.Blocks, Is.Zero);
        Assert.That(world.Translated.X(4), Is.Zero);
    }

    [Test]
    public void RequestToLeaveEndsTheRunAfterTheInstructionThatRaisesIt()
    {
        // MSR DAIFClr asks the run loop to look at interrupts; a pending one is then taken there, as the interpreter does.
        using var world = new TranslatorWorld();
        uint[] loop =
        [
            0x9100_0463, // add x3, x3, #1
            0xd503_42ff, // msr daifclr, #2
            0x9100_0463, // add x3, x3, #1
            0xd100_0484, // sub x4, x4, #1
            0xb5ff_ff84, // cbnz x4, 0
            Branch,
        ];
        Prepare(world, loop, state => state->X[4] = 100);
        for (int i = 0; i < 100; i++)
        {
            world.Run(9);
            world.AssertSame(() => $"run {i}");
        }
    }

    [Test]
    public void PointersAreAuthenticatedWithTheKeyInForce()
    {
        // Each round signs and checks a few return addresses again, and with every 64th one the key changes.
        using var world = new TranslatorWorld(cpu: "max");
        uint[] loop =
        [
            0xd503_233f, // paciasp
            0xca1e_0063, // eor x3, x3, x30
            0xd503_23bf, // autiasp
            0xca1e_0063, // eor x3, x3, x30
            0x9100_13de, // add x30, x30, #4
            0x9278_f7de, // and x30, x30, #~0xc0
            0xf100_0484, // subs x4, x4, #1
            0xf240_149f, // tst x4, #0x3f
            0x5400_0041, // b.ne 8
            0xd518_2103, // msr apiakeylo_el1, x3
            0xb5ff_fec4, // cbnz x4, 0
            Branch,
        ];
        Prepare(world, loop, state =>
        {
            state->X[30] = 0x4000_1000;
            state->X[4] = 1000;
        });
        for (int i = 0; i < 100; i++)
        {
            world.Run(101);
            world.AssertSame(() => $"run {i}");
        }

        Assert.That(world.Translated.X(4), Is.Zero);
        Assert.That(world.Translated[SystemRegisterSlot.ApiaKeyLoEl1], Is.Not.Zero);
    }

    [Test]
    public void TwoEnginesTakeTurnsOnOneMachinesCode()
    {
        using var world = new TranslatorWorld();
        Prepare(world, CountingLoop());
        world.Run(50);
        using (TranslationEngine other = TranslationEngine.TryCreate(new TranslationOptions { CacheSize = 1 << 20, Threshold = 1 })!)
        {
            other.Run(world.Translated.Cpu, world.Translated.State->Retired + 50);
        }

        world.Interpreted.Run(50);
        world.AssertSame(() => "after the other engine");
        world.Run(100);
        world.AssertSame(() => "after the first one again");
    }

    private static uint[] CountingLoop() =>
    [
        0x8b04_0063, // add x3, x3, x4
        0xca03_18a5, // eor x5, x5, x3, lsl #6
        0xeb05_007f, // cmp x3, x5
        0x9a84_3066, // csel x6, x3, x4, lo
        0xf100_0484, // subs x4, x4, #1
        0x54ff_ff61, // b.ne 0
        Branch,
    ];

    private delegate void Initialize(CpuState* state);

    private static void Prepare(TranslatorWorld world, uint[] words, Initialize? initialize = null) => world.ForBoth(w =>
    {
        w.Write(CpuWorld.Code, words);
        w.State->Pc = CpuWorld.Code;
        w.State->X[4] = 100;
        initialize?.Invoke(w.State);
    });
}
