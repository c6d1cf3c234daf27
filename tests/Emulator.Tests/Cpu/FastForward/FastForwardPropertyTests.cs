using Emulator.Cpu.Isa;
using FsCheck;
using FsCheck.Fluent;
using static Emulator.Tests.Cpu.FastForward.LoopAssembler;

namespace Emulator.Tests.Cpu.FastForward;

/// <summary>Random loops around readings of the counter, with fast-forward, half of them on the translator, and without: everything must be the same wherever they are stopped.</summary>
internal sealed class FastForwardPropertyTests
{
    private const int Data = 20;
    private const int Deadline = 21;
    private const int Uart = 22;
    private const int Scratch = 8;

    // Registers that random instructions use: some hold readings, some counts, some constants.
    private static readonly int[] s_registers = [0, 1, 2, 3, 4, 5, 6, 7];

    private static readonly A64Row[] s_integerRows = [.. A64Table.Rows.Where(r => r.Group == A64Group.Integer && !r.Pending)];

    private static Gen<int[]> Seeds => Gen.Choose(0, int.MaxValue).ArrayOf(60);

    [Test]
    public void RandomLoopsLeaveTheSame()
    {
        long skipped = 0;
        int loops = 0;
        int skipping = 0;
        Prop.ForAll(Seeds.ToArbitrary(), seeds =>
        {
            var source = new Source(seeds);
            GuestAssembler guest = RandomLoop(source);
            long[] stops = [.. Enumerable.Range(0, 5).Select(_ => 100L + source.Next(40_000)).Order(), 50_000 + source.Next(20)];
            long more = PollingLoops.Compare(guest, stops, isTranslated: source.Next(2) == 0);
            skipped += more;
            skipping += more > 0 ? 1 : 0;
            loops++;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
        TestContext.Out.WriteLine($"{skipping} of {loops} loops skipped {skipped} instructions");
        Assert.That(skipping, Is.GreaterThan(loops / 4));
    }

    private static GuestAssembler RandomLoop(Source source)
    {
        GuestAssembler guest = new GuestAssembler().Load(Data, GuestMachine.DataBase).Load(9, GuestMachine.DataBase + 0x2000).Add(Stack, 9, 0)
            .Load(Deadline, (ulong)source.Next(4000)).Load(Uart, GuestMachine.Uart);
        int ticks = guest.Here + 1;
        _ = guest.Branch(guest.Here + 5).Isb().ReadCount(0).StoreWord(0, Data, 0x40).Return();
        foreach (int register in s_registers)
        {
            _ = guest.Load(register, source.Constant());
        }

        int outer = guest.Here;
        bool isNested = source.Next(3) == 0;
        if (isNested)
        {
            Block(guest, source, 1 + source.Next(4), ticks);
            _ = guest.ReadCount(10).Add(10, 10, 20 + source.Next(200));
        }

        int loop = guest.Here;
        Block(guest, source, source.Next(3), ticks);
        _ = guest.ReadCount(source.Register());
        Block(guest, source, source.Next(6), ticks);
        if (isNested)
        {
            _ = guest.ReadCount(11).Compare(11, 10).BranchIf(Lower, loop);
            Block(guest, source, source.Next(4), ticks);
            return guest.ReadCount(11).Compare(11, Deadline).BranchIf(Lower, outer).Stop();
        }

        return source.Next(3) switch
        {
            0 => guest.Branch(loop),
            1 => guest.Compare(source.Register(), Deadline).BranchIf(source.Condition(), loop).Branch(outer),
            _ => guest.ReadCount(11).Compare(11, Deadline).BranchIf(Lower, loop).Branch(outer),
        };
    }

    private static void Block(GuestAssembler guest, Source source, int count, int ticks)
    {
        for (int i = 0; i < count; i++)
        {
            Instruction(guest, source, ticks);
        }
    }

    private static void Instruction(GuestAssembler guest, Source source, int ticks)
    {
        int d = source.Register();
        int n = source.Register();
        int m = source.Register();
        _ = source.Next(40) switch
        {
            0 or 1 => guest.ReadCount(d),
            2 => guest.AddRegister(d, n, m),
            3 => guest.Add(d, n, source.Next(50)),
            4 => guest.SubtractRegister(d, n, m),
            5 => guest.SubtractWordRegister(d, n, m),
            6 => guest.Move(d, n),
            7 => guest.MoveWord(d, n),
            8 => guest.Load(Scratch, source.Constant()).Multiply(d, n, Scratch),
            9 => guest.Load(Scratch, (ulong)source.Next(3000)).Divide(d, n, Scratch),
            10 => guest.ShiftRight(d, n, source.Next(20)),
            11 => guest.ShiftLeft(d, n, source.Next(60)),
            12 => guest.ArithmeticShiftRight(d, n, source.Next(20)),
            13 => guest.SignExtendWord(d, n),
            14 => guest.Mask(d, n, 1 + source.Next(40)),
            15 => guest.ExclusiveOr(d, n, m),
            16 or 17 => guest.StoreDoubleword(d, Data, 8 * source.Next(4)),
            18 => guest.StoreWord(d, Data, 4 * source.Next(8)),
            19 or 20 => guest.LoadDoubleword(d, Data, 8 * source.Next(4)),
            21 => guest.LoadWord(d, Data, 4 * source.Next(8)),
            22 => guest.Compare(n, m).Select(d, n, m, source.Condition()),
            23 => guest.CompareWord(n, m).SelectIncrement(d, n, m, source.Condition()),
            24 => guest.Compare(n, m).CompareConditionally(d, n, source.Next(16), source.Condition()).BranchIf(source.Condition(), guest.Here + 2).Add(d, d, 1),
            25 => guest.Compare(n, m).BranchIf(source.Condition(), guest.Here + 2).Add(d, d, 3),
            26 => guest.BranchIfBitClear(n, source.Next(64), guest.Here + 2).Add(d, d, 7),
            27 => guest.LoadWord(d, Uart, 0x18),
            28 or 29 => guest.LoadDoubleword(d, Data, 8).AddRegister(d, d, n).StoreDoubleword(d, Data, 8),
            30 => guest.LoadWord(d, Data, 16).Add(d, d, source.Next(9)).StoreWord(d, Data, 16),
            31 => guest.Word(AnyInteger(source)).BranchIf(source.Condition(), guest.Here + 2).Add(d, d, 5),
            32 or 33 or 34 or 35 or 36 => guest.Word(AnyInteger(source)),
            37 => guest.Move(9, 0).Call(ticks).Move(d, 0).Move(0, 9),
            _ => guest.BranchIfZero(n, guest.Here + 2).AddRegister(d, d, n),
        };
    }

    // Any data-processing instruction on the registers that are used.
    private static uint AnyInteger(Source source)
    {
        A64Row row = s_integerRows[source.Next(s_integerRows.Length)];
        uint word = row.Value | ((uint)source.Next(int.MaxValue) << 1 & ~row.Mask);
        bool is64 = (word >> 31) != 0;
        foreach (A64Field field in row.Fields)
        {
            uint? value = field.Name switch
            {
                "Rd" => (uint)source.Register(),
                "Rn" or "Rm" or "Ra" => source.Next(8) == 0 && !row.Name.Contains("Immediate") && !row.Name.Contains("Extended") ? 31u : (uint)source.Register(),
                "N" => is64 ? 1u : 0,
                "immr" or "imms" or "imm6" => field.Extract(word) & (is64 ? 0x3fu : 0x1f),
                "imm3" => (uint)source.Next(5),
                "shift" => (uint)source.Next(row.Name.StartsWith("Add", StringComparison.Ordinal) || row.Name.StartsWith("Subtract", StringComparison.Ordinal) ? 3 : 4),
                "hw" => (uint)source.Next(is64 ? 4 : 2),
                _ => null,
            };
            if (value is { } given)
            {
                word = (word & ~(((1u << field.Width) - 1) << field.Shift)) | (given << field.Shift);
            }
        }

        return word;
    }

    private sealed class Source(int[] seeds)
    {
        private int _next;

        public int Next(int bound) => (seeds[_next++ % seeds.Length] ^ (_next * 7919 & int.MaxValue)) % bound;

        public int Register() => s_registers[Next(s_registers.Length)];

        public int Condition() => Next(14);

        public ulong Constant() => Next(5) switch
        {
            0 => 0,
            1 => (ulong)Next(100),
            2 => (ulong)Next(int.MaxValue),
            3 => ulong.MaxValue - (ulong)Next(100_000),
            _ => (uint)-Next(1000),
        };
    }
}
