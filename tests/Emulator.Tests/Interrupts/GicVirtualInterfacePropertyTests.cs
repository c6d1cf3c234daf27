using Emulator.Interrupts;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Interrupts;

/// <summary>Random accesses of a hypervisor and its guest to the virtual interface and to <see cref="NaiveVirtualInterface"/>: after each, both must show the same.</summary>
[TestFixture]
internal sealed class GicVirtualInterfacePropertyTests
{
    private const ulong Routed = 0x18;

    private static readonly int[] s_ids = [3, 40, 103, 140, 240, 8192];

    public enum Operation
    {
        List,
        Acknowledge0,
        Acknowledge1,
        End0,
        End1,
        Deactivate,
        Mask,
        BinaryPoint0,
        BinaryPoint1,
        Enable0,
        Enable1,
        Control,
        Switch,
    }

    private static Gen<Step[]> Steps =>
        (from operation in Gen.Frequency((3, Gen.Constant(Operation.List)), (4, Gen.Elements(Operation.Acknowledge0, Operation.Acknowledge1, Operation.End0, Operation.End1)), (2, Gen.Elements(Enum.GetValues<Operation>())))
         from index in Gen.Choose(0, 3)
         from id in Gen.Elements(s_ids)
         from value in Gen.Choose(0, 255)
         from flags in Gen.Choose(0, 31)
         select new Step(operation, index, id, value, flags)).ListOf(120).Select(l => l.ToArray());

    [Test]
    public void RegistersAndLinesAgreeWithTheNaiveModel() =>
        Prop.ForAll(Steps.ToArbitrary(), steps =>
        {
            GicBench bench = GicBench.WithHypervisor();
            var model = new NaiveVirtualInterface();
            foreach (Step step in (Step[])[new(Operation.Switch, 0, 0, 1, 0), new(Operation.Mask, 0, 0, 0xff, 0), new(Operation.Enable0, 0, 0, 1, 0), new(Operation.Enable1, 0, 0, 1, 0), .. steps])
            {
                Apply(bench, model, step);
                AssertEqual(bench, model, step);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    private static void AssertEqual(GicBench bench, NaiveVirtualInterface model, Step step)
    {
        NaiveVirtualInterface.Entry? best = model.HighestPending;
        int ends = SetOf(model, e => !e.IsPending && !e.IsActive && e.NotifiesEnd && e.PhysicalId is null);
        (int, int, int, bool, bool, int, int, int) expected = (
            best?.Group == 0 ? best.Id : 1023,
            best?.Group == 1 ? best.Id : 1023,
            model.RunningPriority,
            model.Signals && best!.Group == 1,
            model.Signals && best!.Group == 0,
            ends,
            SetOf(model, e => !e.IsPending && !e.IsActive) & ~ends,
            model.EndCount);
        (int, int, int, bool, bool, int, int, int) actual = (
            (int)Guest(bench, GicSystemRegister.HighestPending0),
            (int)Guest(bench, GicSystemRegister.HighestPending1),
            (int)Guest(bench, GicSystemRegister.RunningPriority),
            bench.Cpu().VirtualIrq.Level,
            bench.Cpu().VirtualFiq.Level,
            (int)Hypervisor(bench, GicSystemRegister.EndStatus),
            (int)Hypervisor(bench, GicSystemRegister.EmptyListRegisters),
            (int)(Hypervisor(bench, GicSystemRegister.HypervisorControl) >> 27));
        if (actual != expected)
        {
            Assert.Fail($"after {step}: (HPPIR0, HPPIR1, RPR, vIRQ, vFIQ, EISR, ELRSR, EOIcount) is {actual} instead of {expected}");
        }
    }

    private static int SetOf(NaiveVirtualInterface model, Func<NaiveVirtualInterface.Entry, bool> predicate) =>
        Enumerable.Range(0, 4).Sum(i => predicate(model.List[i]) ? 1 << i : 0);

    private static void Apply(GicBench bench, NaiveVirtualInterface model, Step step)
    {
        (Operation operation, int index, int id, int value, int flags) = step;
        bool on = (value & 1) != 0;
        switch (operation)
        {
            case Operation.List:
                Write(bench, model.List[index], index, id, value, flags);
                break;
            case Operation.Acknowledge0 or Operation.Acknowledge1:
                int group = operation == Operation.Acknowledge1 ? 1 : 0;
                bool mine = model.Signals && model.HighestPending!.Group == group;
                Assert.That(Guest(bench, group == 1 ? GicSystemRegister.Acknowledge1 : GicSystemRegister.Acknowledge0), Is.EqualTo(mine ? model.HighestPending!.Id : 1023));
                if (mine)
                {
                    model.Acknowledge();
                }

                break;
            case Operation.End0 or Operation.End1 or Operation.Deactivate:
                // All physical interrupts are made active, and the ones that are not afterwards have been deactivated.
                bench.WriteRedistributor(0x1_0300, uint.MaxValue);
                int before = model.Deactivated.Count;
                Guest(bench, operation == Operation.End0 ? GicSystemRegister.EndOfInterrupt0 : operation == Operation.End1 ? GicSystemRegister.EndOfInterrupt1 : GicSystemRegister.Deactivate, (ulong)id);
                if (operation == Operation.Deactivate)
                {
                    model.Deactivate(id);
                }
                else
                {
                    model.End(id, operation == Operation.End1 ? 1 : 0);
                }

                uint inactive = model.Deactivated.Skip(before).Aggregate(0u, (set, physical) => set | (1u << physical));
                Assert.That(bench.ReadRedistributor(0x1_0300), Is.EqualTo(~inactive), "physical interrupts");
                break;
            case Operation.Mask:
                Guest(bench, GicSystemRegister.PriorityMask, (ulong)value);
                model.Mask = value & 0xf8;
                break;
            case Operation.BinaryPoint0:
                Guest(bench, GicSystemRegister.BinaryPoint0, (ulong)value);
                model.BinaryPoints[0] = Math.Max(value & 7, 2);
                break;
            case Operation.BinaryPoint1:
                Guest(bench, GicSystemRegister.BinaryPoint1, (ulong)value);
                model.BinaryPoints[1] = model.SharesBinaryPoint ? model.BinaryPoints[1] : Math.Max(value & 7, 3);
                break;
            case Operation.Enable0:
                Guest(bench, GicSystemRegister.GroupEnable0, (ulong)value & 1);
                model.Enables[0] = on;
                break;
            case Operation.Enable1:
                Guest(bench, GicSystemRegister.GroupEnable1, (ulong)value & 1);
                model.Enables[1] = on;
                break;
            case Operation.Control:
                Guest(bench, GicSystemRegister.Control, (ulong)value & 3);
                (model.SharesBinaryPoint, model.SplitsEnd) = (on, (value & 2) != 0);
                break;
            default:
                Hypervisor(bench, GicSystemRegister.HypervisorControl, ((ulong)model.EndCount << 27) | (on ? 1u : 0));
                model.IsOn = on;
                break;
        }
    }

    private static void Write(GicBench bench, NaiveVirtualInterface.Entry entry, int index, int id, int value, int flags)
    {
        // A guest's interrupt is in one list register at a time.
        id += id < 8192 ? 100 * index : index;
        bool isHardware = (flags & 8) != 0;
        (entry.Id, entry.Priority, entry.Group) = (id, value & 0xf8, flags & 1);
        (entry.IsPending, entry.IsActive) = ((flags & 2) != 0, (flags & 4) != 0);
        (entry.PhysicalId, entry.NotifiesEnd) = (isHardware ? 16 + index : null, !isHardware && (flags & 16) != 0);
        ulong register = (uint)id
            | ((ulong)entry.Priority << 48)
            | ((ulong)entry.Group << 60)
            | (isHardware ? (1ul << 61) | ((16ul + (ulong)index) << 32) : 0)
            | (entry.NotifiesEnd ? 1ul << 41 : 0)
            | (entry.IsPending ? 1ul << 62 : 0)
            | (entry.IsActive ? 1ul << 63 : 0);
        Hypervisor(bench, (ushort)(GicSystemRegister.ListRegister + index), register);
    }

    private static ulong Guest(GicBench bench, ushort register)
    {
        bench.EnterNonSecure();
        Assert.That(bench.TryRead(register, out ulong value, hypervisorConfiguration: Routed), Is.EqualTo(SystemRegisterResult.Ok));
        return value;
    }

    private static void Guest(GicBench bench, ushort register, ulong value)
    {
        bench.EnterNonSecure();
        Assert.That(bench.TryWrite(register, value, hypervisorConfiguration: Routed), Is.EqualTo(SystemRegisterResult.Ok));
    }

    private static ulong Hypervisor(GicBench bench, ushort register)
    {
        bench.EnterNonSecure(level: 2);
        Assert.That(bench.TryRead(register, out ulong value), Is.EqualTo(SystemRegisterResult.Ok));
        return value;
    }

    private static void Hypervisor(GicBench bench, ushort register, ulong value)
    {
        bench.EnterNonSecure(level: 2);
        Assert.That(bench.TryWrite(register, value), Is.EqualTo(SystemRegisterResult.Ok));
    }

    internal sealed record Step(Operation Operation, int Index, int Id, int Value, int Flags);
}
