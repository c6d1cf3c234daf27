using Emulator.Cpu.System;
using Emulator.Tests.Cpu.System;

namespace Emulator.Tests.Cpu.Translator;

/// <summary>Code is kept by physical page: where it is in the address space is told by the page each time, also where the translator knows the rest.</summary>
internal sealed unsafe class PageMappingTests
{
    private const uint CountDownX4 = 0xd100_0484;
    private const uint LoopWhileX4 = 0xb500_0004;
    private const uint CallX5 = 0xd63f_00a0;
    private const uint CallX6 = 0xd63f_00c0;
    private const uint Return = 0xd65f_03c0;
    private const uint Branch = 0x1400_0000;

    [Test]
    public void OnePageAtTwoAddressesFindsWhatIsBehindEach([Values("cortex-a57", "max")] string cpu)
    {
        using var world = new TranslatorWorld(threshold: 2, cpu: cpu, enters: false);
        world.ForBoth(w =>
        {
            PageTables tables = Prepare(w, [CallX5, CallX6, CountDownX4, LoopWhileX4 | ((-3 & 0x7ffff) << 5), Branch]);
            w.Write(
                PageTables.PageAt(0),
                0xb000_0009, // adrp x9, the next page
                0x9100_4129, // add x9, x9, #16
                0xf940_052a, // ldr x10, [x9, #8]
                0x8b0a_0063, // add x3, x3, x10
                0xb000_000b, // adrp x11, the next page
                0x3940_056c, // ldrb w12, [x11, #1]
                0x8b0c_0063, // add x3, x3, x12
                0xf900_0123, // str x3, [x9]
                Return);
            w.SetX(5, tables.Map(1, PageTables.PageAt(0), 0));
            w.SetX(6, tables.Map(4, PageTables.PageAt(0), 0));
            _ = tables.Map(2, TranslatorWorld.Data, 0);
            _ = tables.Map(5, TranslatorWorld.Data + 0x1000, 0);
            w.Write(TranslatorWorld.Data, 0x0403_0201);
            w.Write(TranslatorWorld.Data + 0x18, 10);
            w.Write(TranslatorWorld.Data + 0x1000, 0x0807_0605);
            w.Write(TranslatorWorld.Data + 0x1018, 1000);
        });
        for (int i = 0; i < 100; i++)
        {
            world.Run(1 + (i % 41));
            world.AssertSame(() => $"run {i}");
        }

        world.Run(2000);
        Assert.That(world.Translated.X(4), Is.Zero);
        Assert.That(world.Translated.X(3), Is.EqualTo(100 * (10 + 2 + 1000 + 6)));
    }

    [Test]
    public void BranchInsideAPageThatIsMappedElsewhereGoesThere(
        [Values(0xd61f_0120U, 0xd65f_0120U, 0xd63f_0120U, 0x1400_0002U)] uint branch, [Values("cortex-a57", "max")] string cpu)
    {
        // BR, RET and BLR of X9, and B: each round writes the descriptor of the page that it executes. What follows the branch adds 1 in one of both pages, 2 in the other.
        using var world = new TranslatorWorld(threshold: 2, cpu: cpu, enters: false);
        world.ForBoth(w =>
        {
            PageTables tables = Prepare(w, [CallX5, 0xca0a_00e7, CountDownX4, LoopWhileX4 | ((-3 & 0x7ffff) << 5), Branch]); // eor x7, x7, x10
            for (int i = 0; i < 2; i++)
            {
                w.Write(
                    PageTables.PageAt(i),
                    0xaa1e_03ed, // mov x13, x30
                    0xf900_00c7, // str x7, [x6]
                    0xd508_8760, // tlbi vaae1, x0
                    0xd503_3fdf, // isb
                    branch,
                    Branch,
                    0x9100_0463 + ((uint)i << 10), // add x3, x3, #1 or #2
                    0xd65f_01a0); // ret x13
            }

            ulong page = tables.Map(1, PageTables.PageAt(0), 0);
            const ulong descriptor = PageTables.AccessFlag | 3;
            w.SetX(0, page >> 12);
            w.SetX(5, page);
            w.SetX(6, tables.Root + 0x3008);
            w.SetX(7, PageTables.PageAt(1) | descriptor);
            w.SetX(9, page + 24);
            w.SetX(10, PageTables.PageAt(0) ^ PageTables.PageAt(1));
        });
        for (int i = 0; i < 100; i++)
        {
            world.Run(1 + (i % 29));
            world.AssertSame(() => $"run {i}");
        }

        Assert.That(world.Translated.X(4), Is.Zero);
        Assert.That(world.Translated.X(3), Is.EqualTo(150));
    }

    private static PageTables Prepare(CpuWorld world, uint[] words)
    {
        var tables = new PageTables(world);
        world[SystemRegisterSlot.Ttbr0El1] = tables.Root;
        world[SystemRegisterSlot.TcrEl1] = PageTables.Control;
        world[SystemRegisterSlot.MairEl1] = PageTables.Attributes;
        world[SystemRegisterSlot.SctlrEl1] |= SystemControl.MmuEnable;
        _ = world.Enter(1);
        world.Write(CpuWorld.Code, words);
        world.State->Pc = CpuWorld.Code;
        world.SetX(3, 0);
        world.SetX(4, 100);
        return tables;
    }
}
