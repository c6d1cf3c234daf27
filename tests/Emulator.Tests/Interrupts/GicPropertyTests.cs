using Emulator.Interrupts;
using Emulator.Snapshots;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Interrupts;

/// <summary>Random accesses to the GIC and to <see cref="NaiveGic"/>: after each, both must show the same.</summary>
[TestFixture]
internal sealed class GicPropertyTests
{
    private const int Cpus = 3;
    private const int Spis = 64;

    // Few interrupts and priorities, so that they meet.
    private static readonly int[] s_ids = [0, 5, 15, 16, 27, 31, 32, 40, 63, 64, 95];

    public enum Operation
    {
        Wire,
        Enable,
        Disable,
        SetPending,
        ClearPending,
        SetActive,
        ClearActive,
        Priority,
        Group,
        Modifier,
        Configuration,
        Route,
        DistributorEnables,
        CpuEnables,
        PriorityMask,
        BinaryPoint0,
        BinaryPoint1,
        Acknowledge0,
        Acknowledge1,
        Acknowledge,
        End,
        SendSgi,
    }

    private static Gen<Step[]> Steps =>
        (from operation in Gen.Elements(Enum.GetValues<Operation>())
         from cpu in Gen.Choose(0, Cpus - 1)
         from id in Gen.Elements(s_ids)
         from value in Gen.Choose(0, 255)
         select new Step(operation, cpu, id, value)).ListOf(120).Select(l => l.ToArray());

    [Test]
    public void SelectionAndSignallingAgreeWithTheNaiveModel() =>
        Prop.ForAll(Steps.ToArbitrary(), steps =>
        {
            (GicBench bench, NaiveGic model) = Start();
            foreach (Step step in steps)
            {
                Apply(bench, model, step);
                AssertEqual(bench, model, step);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    [Test]
    public void ACopyBehavesAsTheOriginalDoes() =>
        Prop.ForAll(Steps.ToArbitrary(), steps =>
        {
            (GicBench bench, NaiveGic model) = Start();
            foreach (Step step in steps.Take(60))
            {
                Apply(bench, model, step);
            }

            byte[] saved = bench.Save();
            GicBench copy = Start().Bench;
            for (int cpu = 0; cpu < Cpus; cpu++)
            {
                copy.Cpu(cpu).Fiq.Set(!bench.Cpu(cpu).Fiq.Level);
            }

            copy.Gic.Load(new SnapshotReader(saved));
            Assert.That(copy.Save(), Is.EqualTo(saved));
            AssertEqual(copy, model, null);
            foreach (Step step in steps.Skip(60))
            {
                Apply(copy, model, step);
                AssertEqual(copy, model, step);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    private static (GicBench Bench, NaiveGic Model) Start()
    {
        var bench = new GicBench(new GicV3Options { CpuCount = Cpus, SpiCount = Spis, TwoSecurityStates = true });
        var model = new NaiveGic(Cpus, Spis);
        Apply(bench, model, new Step(Operation.DistributorEnables, 0, 0, 7));
        for (int cpu = 0; cpu < Cpus; cpu++)
        {
            bench.EnterEl3(cpu);
            Apply(bench, model, new Step(Operation.CpuEnables, cpu, 0, 7));
            Apply(bench, model, new Step(Operation.PriorityMask, cpu, 0, 0xff));
            foreach (int id in s_ids)
            {
                Apply(bench, model, new Step(Operation.Enable, cpu, id, 0));
            }
        }

        return (bench, model);
    }

    private static void AssertEqual(GicBench bench, NaiveGic model, Step? step)
    {
        for (int cpu = 0; cpu < Cpus; cpu++)
        {
            NaiveGic.Interrupt? best = model.HighestPending(cpu);
            (int pending0, int pending1) = best switch
            {
                null => (1023, 1023),
                { Group: 0 } => (best.Id, 1023),
                { Group: 1 } => (1021, best.Id),
                _ => (1020, best.Id),
            };
            // Everything is a FIQ at EL3.
            (int, int, int, bool, bool) expected = (pending0, pending1, model.RunningPriority(cpu), model.Signals(cpu), false);
            (int, int, int, bool, bool) actual = (
                bench.ReadRegister(GicSystemRegister.HighestPending0, cpu),
                bench.ReadRegister(GicSystemRegister.HighestPending1, cpu),
                bench.ReadRegister(GicSystemRegister.RunningPriority, cpu),
                bench.Cpu(cpu).Fiq.Level,
                bench.Cpu(cpu).Irq.Level);
            if (actual != expected)
            {
                Assert.Fail($"CPU {cpu} after {step}: (HPPIR0, HPPIR1, RPR, FIQ, IRQ) is {actual} instead of {expected}");
            }
        }
    }

    private static void Apply(GicBench bench, NaiveGic model, Step step)
    {
        (Operation operation, int cpu, int id, int value) = step;
        NaiveGic.Interrupt interrupt = model[cpu, id];
        bool on = (value & 1) != 0;
        uint bit = 1u << (id % 32);
        switch (operation)
        {
            case Operation.Wire when id >= 16:
                (id < 32 ? bench.Gic.Ppi(cpu, id) : bench.Gic.Spi(id - 32)).Set(on);
                interrupt.Latch |= on && !interrupt.Wire && interrupt.IsEdge;
                interrupt.Wire = on;
                break;
            case Operation.Enable:
                WriteWord(bench, cpu, id, 0x100, bit);
                interrupt.IsEnabled = true;
                break;
            case Operation.Disable when value < 64:
                WriteWord(bench, cpu, id, 0x180, bit);
                interrupt.IsEnabled = false;
                break;
            case Operation.SetPending:
                WriteWord(bench, cpu, id, 0x200, bit);
                interrupt.Latch = true;
                break;
            case Operation.ClearPending:
                WriteWord(bench, cpu, id, 0x280, bit);
                interrupt.Latch = false;
                break;
            case Operation.SetActive when value < 64:
                WriteWord(bench, cpu, id, 0x300, bit);
                interrupt.IsActive = true;
                break;
            case Operation.ClearActive:
                WriteWord(bench, cpu, id, 0x380, bit);
                interrupt.IsActive = false;
                break;
            case Operation.Priority:
                Write(bench, cpu, id, 0x400 + id, (uint)value, 1);
                interrupt.Priority = value & 0xf8;
                break;
            case Operation.Group:
                interrupt.GroupBit = on;
                WriteWord(bench, cpu, id, 0x80, WordOf(model, cpu, id, i => i.GroupBit));
                break;
            case Operation.Modifier:
                interrupt.ModifierBit = on;
                WriteWord(bench, cpu, id, 0xd00, WordOf(model, cpu, id, i => i.ModifierBit));
                break;
            case Operation.Configuration when id >= 16:
                interrupt.IsEdge = on;
                uint edges = WordOf(model, cpu, id, i => i.IsEdge) >> (id & 16);
                Write(bench, cpu, id, 0xc00 + (4 * (id / 16)), Enumerable.Range(0, 16).Aggregate(0u, (sum, i) => sum | (((edges >> i) & 1) << ((2 * i) + 1))), 4);
                break;
            case Operation.Route when id >= 32:
                interrupt.Target = value % 5 == 4 ? NaiveGic.Interrupt.AnyCpu : value % 5;
                ulong router = value % 5 == 4 ? 1ul << 31 : (ulong)(value % 5);
                GicBench.Write(bench.Gic.Distributor, 0x6000 + (8 * (ulong)id), router, 8, true);
                break;
            case Operation.DistributorEnables when value < 64:
                int enables = value | (value >> 3);
                bench.WriteDistributor(0, (uint)enables & 7, secure: true);
                SetEnables(model.Enables, enables);
                break;
            case Operation.CpuEnables when value < 64:
                int groups = value | (value >> 3);
                bench.WriteRegister(GicSystemRegister.GroupEnable0, (ulong)groups & 1, cpu);
                bench.WriteRegister(GicSystemRegister.GroupEnable1El3, (ulong)(groups >> 1) & 3, cpu);
                SetEnables(model.Cpus[cpu].Enables, groups);
                break;
            case Operation.PriorityMask:
                bench.WriteRegister(GicSystemRegister.PriorityMask, (ulong)value, cpu);
                model.Cpus[cpu].Mask = value & 0xf8;
                break;
            case Operation.BinaryPoint0:
                bench.WriteRegister(GicSystemRegister.BinaryPoint0, (ulong)value, cpu);
                model.Cpus[cpu].BinaryPoint0 = Math.Max(value & 7, 2);
                break;
            case Operation.BinaryPoint1:
                bench.EnterEl3(cpu, on ? GicBench.ScrNs : 0);
                bench.WriteRegister(GicSystemRegister.BinaryPoint1, (ulong)value, cpu);
                bench.EnterEl3(cpu);
                if (on)
                {
                    model.Cpus[cpu].NonSecureBinaryPoint1 = Math.Max(value & 7, 3);
                }
                else
                {
                    model.Cpus[cpu].SecureBinaryPoint1 = Math.Max(value & 7, 2);
                }

                break;
            case Operation.Acknowledge0 or Operation.Acknowledge1:
                Acknowledge(bench, model, cpu, operation == Operation.Acknowledge0);
                break;
            case Operation.Acknowledge:
                Acknowledge(bench, model, cpu, model.HighestPending(cpu) is { Group: 0 });
                break;
            case Operation.End:
                bench.WriteRegister(on ? GicSystemRegister.EndOfInterrupt0 : GicSystemRegister.EndOfInterrupt1, (ulong)id, cpu);
                model.End(cpu, id, on);
                break;
            case Operation.SendSgi when id < 16:
                bench.WriteRegister(GicSystemRegister.SendSgi1Alias, ((ulong)id << 24) | ((ulong)value & 7), cpu);
                for (int target = 0; target < Cpus; target++)
                {
                    model[target, id].Latch |= ((value >> target) & 1) != 0 && model[target, id].Group == 1;
                }

                break;
            default:
                break;
        }
    }

    private static void Acknowledge(GicBench bench, NaiveGic model, int cpu, bool group0)
    {
        int id = bench.ReadRegister(group0 ? GicSystemRegister.Acknowledge0 : GicSystemRegister.Acknowledge1, cpu);
        NaiveGic.Interrupt? best = model.HighestPending(cpu);
        bool mine = model.Signals(cpu) && (best!.Group == 0) == group0;
        int expected = mine ? best!.Id : !model.Signals(cpu) || !group0 ? 1023 : best!.Group == 2 ? 1020 : 1021;
        Assert.That(id, Is.EqualTo(expected));
        if (mine)
        {
            model.Acknowledge(cpu);
        }
    }

    private static uint WordOf(NaiveGic model, int cpu, int id, Func<NaiveGic.Interrupt, bool> flag) =>
        Enumerable.Range(0, 32).Aggregate(0u, (word, i) => word | (flag(model[cpu, (id & ~31) + i]) ? 1u << i : 0));

    // GICD_CTLR's order: Group 0, Non-secure Group 1, Secure Group 1.
    private static void SetEnables(bool[] enables, int bits)
    {
        for (int i = 0; i < 3; i++)
        {
            enables[i] = ((bits >> i) & 1) != 0;
        }
    }

    private static void WriteWord(GicBench bench, int cpu, int id, int offset, uint value) => Write(bench, cpu, id, offset + (4 * (id / 32)), value, 4);

    private static void Write(GicBench bench, int cpu, int id, int offset, uint value, int size)
    {
        if (id < 32)
        {
            bench.WriteRedistributor(0x1_0000 + offset, value, cpu, secure: true, size: size);
        }
        else
        {
            bench.WriteDistributor(offset, value, secure: true, size: size);
        }
    }

    internal sealed record Step(Operation Operation, int Cpu, int Id, int Value);
}
