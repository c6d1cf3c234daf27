using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Translator;
using Emulator.Memory;
using Emulator.Tests.Cpu.System;
using Moq;
using NUnit.Framework;

namespace Emulator.Tests.Cpu.Translator;

/// <summary>Hot loops with registers of their own choice: nobody outside of them may tell.</summary>
internal sealed unsafe class RegionTests
{
    private const ulong Device = 0x0900_0000;

    private static readonly uint[] Loop =
    [
        0x8b09_0108, // add x8, x8, x9
        0xca08_0129, // eor x9, x9, x8
        0xcb08_014a, // sub x10, x10, x8
        0xaa0a_016b, // orr x11, x11, x10
        0x8b0b_018c, // add x12, x12, x11
        0xf100_05ad, // subs x13, x13, #1
        0x54ff_ff41, // b.ne 0
        0x1400_0000,
    ];

    private static readonly uint[] NestedLoops =
    [
        0xd280_006e, // mov x14, #3
        0x8b09_0108, // add x8, x8, x9
        0xf940_016a, // ldr x10, [x11]
        0x3608_0068, // tbz w8, #1, +12
        0xca0a_0129, // eor x9, x9, x10
        0xf900_0169, // str x9, [x11]
        0x8b08_018c, // add x12, x12, x8
        0xf100_05ce, // subs x14, x14, #1
        0x54ff_ff21, // b.ne 4
        0xb400_004a, // cbz x10, +8
        0x9100_1d29, // add x9, x9, #7
        0xf100_05ad, // subs x13, x13, #1
        0x54ff_fe81, // b.ne 0
        0x1400_0000,
    ];

    // More registers than are in the host's, and a stack that is used less.
    private static readonly uint[] LoopWithStack =
    [
        0x8b09_0108, // add x8, x8, x9
        0xca08_0129, // eor x9, x9, x8
        0x8b09_014a, // add x10, x10, x9
        0x8b0a_016b, // add x11, x11, x10
        0x8b0b_018c, // add x12, x12, x11
        0xca0c_01ce, // eor x14, x14, x12
        0x8b0e_01ef, // add x15, x15, x14
        0xca0f_0210, // eor x16, x16, x15
        0x8b10_0231, // add x17, x17, x16
        0xca11_02b5, // eor x21, x21, x17
        0xf940_07f6, // ldr x22, [sp, #8]
        0x8b15_02d6, // add x22, x22, x21
        0xf900_07f6, // str x22, [sp, #8]
        0xf100_05ad, // subs x13, x13, #1
        0x54ff_fe41, // b.ne 0
        0x1400_0000,
    ];

    [Test]
    public void LimitIsExactWhereverItIs([Range(1, 40)] int count, [Values(0, 1, 2)] int program)
    {
        using TranslatorWorld world = Create(program == 0 ? Loop : program == 1 ? NestedLoops : LoopWithStack);
        RunAndCompare(world, 60, _ => count);
        Assert.That(world.Statistics.Regions, Is.Positive);
    }

    [Test]
    public void TheLoopAndWhatIsInsideItIsOneRegion()
    {
        using TranslatorWorld world = Create(NestedLoops);
        RunAndCompare(world, 20, _ => 500);
        long budgets = world.Statistics.Exits["budget"];
        long links = world.Statistics.Exits["link"];
        world.Run(10_000);
        world.AssertSame(() => "at the end");
        Assert.That(world.Statistics.Exits["budget"], Is.EqualTo(budgets + 1));
        Assert.That(world.Statistics.Exits["link"], Is.EqualTo(links));
    }

    [Test]
    public void OnlyASampledLoopIsTranslatedAnew()
    {
        using var world = new TranslatorWorld(threshold: 1, regionThreshold: 5);
        Prepare(world, Loop);
        RunAndCompare(world, 4, _ => 70);
        Assert.That(world.Statistics.Regions, Is.Zero);
        RunAndCompare(world, 40, _ => 71);
        Assert.That(world.Statistics.Regions, Is.Positive);
    }

    [Test]
    public void ALoopThatGainsTooLittleStaysAsItIs([Values(1, 60)] int leastGain)
    {
        using var world = new TranslatorWorld(threshold: 1, leastRegionGain: leastGain);
        Prepare(world, Loop);
        RunAndCompare(world, 20, _ => 70);
        Assert.That(world.Statistics.Regions > 0, Is.EqualTo(leastGain == 1));
    }

    [Test]
    public void AFaultFindsAllRegistersInTheirPlaces()
    {
        // Every other load faults; the handler goes on behind it.
        using TranslatorWorld world = Create(
            [
                0x8b09_0108, // add x8, x8, x9
                0xca08_0129, // eor x9, x9, x8
                0xb940_016a, // ldr w10, [x11]
                0x8b09_018c, // add x12, x12, x9
                0xca0e_016b, // eor x11, x11, x14
                0xf100_05ad, // subs x13, x13, #1
                0x54ff_ff41, // b.ne 0
                0x1400_0000,
            ],
            state => state->X[14] = TranslatorWorld.Data ^ 0x1234_5678_0000);
        RunAndCompare(world, 100, i => 1 + (i % 23));
        Assert.That(world.Statistics.Regions, Is.Positive);
    }

    [Test]
    public void AChangedWordOfTheLoopTakesEffectAtOnce()
    {
        // The loop stores over its own fifth word: the addition of 1 becomes one of 2, then of 1 again. Later it leaves it alone.
        using TranslatorWorld world = Create(
            [
                0xb900_1109, // str w9, [x8, #16]
                0x4a0a_0129, // eor w9, w9, w10
                0x8b0d_018c, // add x12, x12, x13
                0x8b0c_016b, // add x11, x11, x12
                0x9100_056b, // add x11, x11, #1
                0xd100_05ad, // sub x13, x13, #1
                0xb5ff_ff4d, // cbnz x13, 0
                0x1400_0000,
            ],
            state =>
            {
                state->X[8] = TranslatorWorld.Data;
                state->X[9] = 0x9100_056b;
                state->X[10] = 0x9100_056b ^ 0x9100_096b;
            });
        RunAndCompare(world, 60, _ => 70);
        Assert.That(world.Statistics.Regions, Is.Positive);
        world.ForBoth(w => w.State->X[8] = CpuWorld.Code);
        RunAndCompare(world, 60, _ => 17);
        world.ForBoth(w => w.State->X[8] = TranslatorWorld.Data);
        RunAndCompare(world, 60, _ => 70);
    }

    [Test]
    public void VectorsChangePlacesToo([Values(0UL, 0x7ff0_0000_0000_0001UL)] ulong element)
    {
        // A NaN is the interpreter's, and a comparison with one as well.
        using TranslatorWorld world = Create(
            [
                0x4e35_d694, // fadd v20.4s, v20.4s, v21.4s
                0x6e77_ded6, // fmul v22.2d, v22.2d, v23.2d
                0x1e79_2b18, // fadd d24, d24, d25
                0x4ebb_875a, // add v26.4s, v26.4s, v27.4s
                0x1e7c_2300, // fcmp d24, d28
                0x9a9f_77e8, // cset x8, vs
                0x8b08_0129, // add x9, x9, x8
                0xf100_05ad, // subs x13, x13, #1
                0x54ff_ff01, // b.ne 0
                0x1400_0000,
            ],
            state =>
            {
                for (int i = 0; i < 64; i++)
                {
                    state->V[i] = BitConverter.DoubleToUInt64Bits(i + 0.5);
                }

                state->V[25 * 2] = element;
            });
        RunAndCompare(world, 60, i => 30 + i);
        Assert.That(world.Statistics.Regions, Is.Positive);
    }

    [Test]
    public void ADeviceIsReadIntoARegisterThatHasChangedPlaces()
    {
        using TranslatorWorld world = Create(
            [
                0x8b09_0108, // add x8, x8, x9
                0xca08_0129, // eor x9, x9, x8
                0xb940_016a, // ldr w10, [x11]
                0x8b0a_018c, // add x12, x12, x10
                0xf100_05ad, // subs x13, x13, #1
                0x54ff_ff61, // b.ne 0
                0x1400_0000,
            ],
            state => state->X[11] = Device);
        world.ForBoth(w =>
        {
            ulong count = 0;
            var device = new Mock<IMmioDevice>();
            device.Setup(d => d.Name).Returns("counter");
            device.Setup(d => d.Length).Returns(0x1000);
            device.Setup(d => d.Read(It.Ref<BusAccess>.IsAny)).Returns(() => new BusResult(BusStatus.Ok, count += 3));
            w.Bus.MapDevice(Device, device.Object);
        });
        RunAndCompare(world, 60, i => 40 + i);
        Assert.That(world.Statistics.Regions, Is.Positive);
        Assert.That(world.Statistics.Exits["access"], Is.GreaterThan(300));
    }

    [Test]
    public void ALoopWithCallsIsNoRegion()
    {
        using TranslatorWorld world = Create(
            [
                0x8b09_0108, // add x8, x8, x9
                0xca08_0129, // eor x9, x9, x8
                0x9400_0005, // bl +20
                0x8b09_0108, // add x8, x8, x9
                0xf100_05ad, // subs x13, x13, #1
                0x54ff_ff61, // b.ne 0
                0x1400_0000,
                0x8b0a_0108, // add x8, x8, x10
                0xd65f_03c0, // ret
            ]);
        RunAndCompare(world, 60, i => 40 + i);
        Assert.That(world.Statistics.Regions, Is.Zero);
    }

    [Test]
    public void ALoopWithWorkForTheInterpreterIsNoRegion()
    {
        using TranslatorWorld world = Create(
            [
                0x8b09_0108, // add x8, x8, x9
                0xca08_0129, // eor x9, x9, x8
                0xd538_000a, // mrs x10, midr_el1
                0x8b09_0108, // add x8, x8, x9
                0xf100_05ad, // subs x13, x13, #1
                0x54ff_ff61, // b.ne 0
                0x1400_0000,
            ]);
        RunAndCompare(world, 60, i => 40 + i);
        Assert.That(world.Statistics.Regions, Is.Zero);
    }

    [Test]
    public void ARegionThatNeverFitsIntoTheMemoryIsNotMade()
    {
        using var world = new TranslatorWorld(threshold: 1, cacheSize: 24 * 1024);
        Prepare(world, Loop);
        RunAndCompare(world, 20, _ => 70);
        Assert.That(world.Statistics.Regions, Is.Zero);
        Assert.That(world.Statistics.Blocks, Is.Positive);
    }

    private static TranslatorWorld Create(uint[] words, Initialize? initialize = null)
    {
        var world = new TranslatorWorld(threshold: 1);
        Prepare(world, words, initialize);
        return world;
    }

    private static void RunAndCompare(TranslatorWorld world, int runs, Func<int, int> count)
    {
        for (int i = 0; i < runs; i++)
        {
            int number = i;
            world.Run(count(i));
            world.AssertSame(() => $"run {number}");
        }
    }

    private static void Prepare(TranslatorWorld world, uint[] words, Initialize? initialize = null) => world.ForBoth(w =>
    {
        w.Write(CpuWorld.Code, words);
        CpuState* state = w.State;
        for (int i = 0; i < CpuState.StackPointer; i++)
        {
            state->X[i] = (ulong)i * 0x1_0001;
        }

        state->Pc = CpuWorld.Code;
        state->X[11] = TranslatorWorld.Data;
        state->X[13] = 100_000;
        state->X[CpuState.StackPointer] = TranslatorWorld.Data + 0x100;
        initialize?.Invoke(state);
    });

    private delegate void Initialize(CpuState* state);
}
