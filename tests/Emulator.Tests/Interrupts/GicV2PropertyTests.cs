using Emulator.Interrupts;
using Emulator.Snapshots;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Interrupts;

/// <summary>Random accesses to the GICv2 and to <see cref="NaiveGicV2"/>: after each, both must show the same.</summary>
[TestFixture]
internal sealed class GicV2PropertyTests
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
        Configuration,
        Target,
        DistributorEnables,
        CpuControl,
        PriorityMask,
        BinaryPoint,
        AliasedBinaryPoint,
        Acknowledge,
        End,
        SendSgi,
        SetSgi,
        ClearSgi,
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
            (GicV2Bench bench, NaiveGicV2 model) = Start();
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
            (GicV2Bench bench, NaiveGicV2 model) = Start();
            foreach (Step step in steps.Take(60))
            {
                Apply(bench, model, step);
            }

            byte[] saved = bench.Save();
            GicV2Bench copy = Start().Bench;
            copy.Gic.Load(new SnapshotReader(saved));
            Assert.That(copy.Save(), Is.EqualTo(saved));
            AssertEqual(copy, model, null);
            foreach (Step step in steps.Skip(60))
            {
                Apply(copy, model, step);
                AssertEqual(copy, model, step);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    private static (GicV2Bench Bench, NaiveGicV2 Model) Start()
    {
        var bench = new GicV2Bench(new GicV2Options { CpuCount = Cpus, SpiCount = Spis });
        var model = new NaiveGicV2(Cpus, Spis);
        Apply(bench, model, new Step(Operation.DistributorEnables, 0, 0, 3));
        for (int cpu = 0; cpu < Cpus; cpu++)
        {
            Apply(bench, model, new Step(Operation.CpuControl, cpu, 0, 7));
            Apply(bench, model, new Step(Operation.PriorityMask, cpu, 0, 0xff));
            foreach (int id in s_ids)
            {
                Apply(bench, model, new Step(Operation.Enable, cpu, id, 0));
                Apply(bench, model, new Step(Operation.Target, cpu, id, 1 << (id % Cpus)));
            }
        }

        return (bench, model);
    }

    private static void AssertEqual(GicV2Bench bench, NaiveGicV2 model, Step? step)
    {
        for (int cpu = 0; cpu < Cpus; cpu++)
        {
            bool signals = model.Signals(cpu);
            bool fiq = signals && model.HighestPending(cpu)!.Group == 0 && model.Cpus[cpu].FiqEnable;
            (int, int, bool, bool) expected = (model.Identity(cpu), model.RunningPriority(cpu), signals && !fiq, fiq);
            (int, int, bool, bool) actual = ((int)bench.Interface(0x18, cpu), (int)bench.Interface(0x14, cpu), bench.Cpu(cpu).Irq.Level, bench.Cpu(cpu).Fiq.Level);
            if (actual != expected)
            {
                Assert.Fail($"CPU {cpu} after {step}: (HPPIR, RPR, IRQ, FIQ) is {actual} instead of {expected}");
            }
        }
    }

    private static void Apply(GicV2Bench bench, NaiveGicV2 model, Step step)
    {
        (Operation operation, int cpu, int id, int value) = step;
        NaiveGicV2.Interrupt interrupt = model[cpu, id];
        bool on = (value & 1) != 0;
        uint bit = 1u << (id % 32);
        int word = 4 * (id / 32);
        switch (operation)
        {
            case Operation.Wire when id >= 16:
                (id < 32 ? bench.Gic.Ppi(cpu, id) : bench.Gic.Spi(id - 32)).Set(on);
                interrupt.Latch |= on && !interrupt.Wire && interrupt.IsEdge;
                interrupt.Wire = on;
                break;
            case Operation.Enable:
                bench.WriteDistributor(0x100 + word, bit, cpu);
                interrupt.IsEnabled = true;
                break;
            case Operation.Disable when value < 64:
                bench.WriteDistributor(0x180 + word, bit, cpu);
                interrupt.IsEnabled = id < 16;
                break;
            case Operation.SetPending:
                bench.WriteDistributor(0x200 + word, bit, cpu);
                interrupt.Latch |= id >= 16;
                break;
            case Operation.ClearPending:
                bench.WriteDistributor(0x280 + word, bit, cpu);
                interrupt.Latch = false;
                break;
            case Operation.SetActive when value < 64:
                bench.WriteDistributor(0x300 + word, bit, cpu);
                interrupt.IsActive = true;
                break;
            case Operation.ClearActive:
                bench.WriteDistributor(0x380 + word, bit, cpu);
                interrupt.IsActive = false;
                break;
            case Operation.Priority:
                bench.WriteDistributor(0x400 + id, (uint)value, cpu, size: 1);
                interrupt.Priority = value;
                break;
            case Operation.Group:
                uint groups = bench.Distributor(0x80 + word, cpu);
                bench.WriteDistributor(0x80 + word, on ? groups | bit : groups & ~bit, cpu);
                interrupt.Group = value & 1;
                break;
            case Operation.Configuration when id >= 16:
                int row = 0xc00 + (4 * (id / 16));
                uint kind = 2u << (2 * (id % 16));
                uint kinds = bench.Distributor(row, cpu);
                bench.WriteDistributor(row, on ? kinds | kind : kinds & ~kind, cpu);
                interrupt.IsEdge = on;
                break;
            case Operation.Target when id >= 32:
                bench.WriteDistributor(0x800 + id, (uint)value, cpu, size: 1);
                interrupt.Targets = value & ((1 << Cpus) - 1);
                break;
            case Operation.DistributorEnables when value < 64:
                bench.WriteDistributor(0, (uint)value | 1u);
                (model.Enables[0], model.Enables[1]) = (true, (value & 2) != 0);
                break;
            case Operation.CpuControl when value < 64:
                bench.WriteInterface(0, (uint)(value & 0xb) | 4, cpu);
                (model.Cpus[cpu].Enables[0], model.Cpus[cpu].Enables[1], model.Cpus[cpu].FiqEnable) = (on, (value & 2) != 0, (value & 8) != 0);
                break;
            case Operation.PriorityMask:
                bench.WriteInterface(4, (uint)value, cpu);
                model.Cpus[cpu].Mask = value;
                break;
            case Operation.BinaryPoint:
                bench.WriteInterface(8, (uint)value, cpu);
                model.Cpus[cpu].BinaryPoint = value & 7;
                break;
            case Operation.AliasedBinaryPoint:
                bench.WriteInterface(0x1c, (uint)value, cpu);
                model.Cpus[cpu].AliasedBinaryPoint = Math.Max(value & 7, 1);
                break;
            case Operation.Acknowledge:
                int expected = model.Signals(cpu) ? model.Identity(cpu) : 1023;
                Assert.That(bench.Interface(0x0c, cpu), Is.EqualTo(expected));
                if (expected != 1023)
                {
                    model.Acknowledge(cpu);
                }

                break;
            case Operation.End:
                bench.WriteInterface(0x10, (uint)id, cpu);
                model.End(cpu, id);
                break;
            case Operation.SendSgi when id < 16:
                bench.WriteDistributor(0xf00, ((uint)value << 16) | (uint)id, cpu);
                for (int target = 0; target < Cpus; target++)
                {
                    if (((value >> target) & 1) != 0)
                    {
                        _ = model[target, id].Sources.Add(cpu);
                    }
                }

                break;
            case Operation.SetSgi or Operation.ClearSgi when id < 16:
                bench.WriteDistributor((operation == Operation.SetSgi ? 0xf20 : 0xf10) + id, (uint)value, cpu, size: 1);
                foreach (int source in Enumerable.Range(0, Cpus).Where(s => ((value >> s) & 1) != 0))
                {
                    _ = operation == Operation.SetSgi ? interrupt.Sources.Add(source) : interrupt.Sources.Remove(source);
                }

                break;
            default:
                break;
        }
    }

    internal sealed record Step(Operation Operation, int Cpu, int Id, int Value);
}
