using Emulator.Interrupts;
using FsCheck;
using FsCheck.Fluent;
using static Emulator.Tests.Interrupts.TranslationBench;

namespace Emulator.Tests.Interrupts;

/// <summary>Random commands and messages to the translation service and to <see cref="NaiveTranslation"/>: after each, every CPU must see the same.</summary>
[TestFixture]
internal sealed class GicTranslationPropertyTests
{
    private const int Cpus = 3;

    // Few of everything, so that they meet; the last device and collection lie beyond their tables' first pages.
    private static readonly uint[] s_devices = [0, 9, 0x3f5];
    private static readonly uint[] s_collections = [0, 1, 2, 0x2aa];
    private static readonly int[] s_ids = [8192, 8193, 8255, 8256, 12_000, 65_535];

    public enum Operation
    {
        MapDevice,
        MapCollection,
        MapInterrupt,
        Move,
        MoveAll,
        Interrupt,
        Message,
        Clear,
        Discard,
        Invalidate,
        InvalidateAll,
        Configure,
        Acknowledge,
    }

    private static Gen<Step[]> Steps =>
        (from operation in Gen.Elements(Enum.GetValues<Operation>())
         from device in Gen.Elements(s_devices)
         from eventId in Gen.Choose(0, 4)
         from collection in Gen.Elements(s_collections)
         from id in Gen.Elements(s_ids)
         from value in Gen.Choose(0, 255)
         select new Step(operation, device, (uint)eventId, collection, id, value)).ListOf(150).Select(l => l.ToArray());

    [Test]
    public void CommandsAndMessagesAgreeWithTheNaiveModel([Values] bool twoLevels) =>
        Prop.ForAll(Steps.ToArbitrary(), steps =>
        {
            using TranslationBench bench = Start(twoLevels, out NaiveTranslation model);
            foreach (Step step in steps)
            {
                Apply(bench, model, step);
                AssertEqual(bench, model, step);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Test]
    public void ACopyBehavesAsTheOriginalDoes() =>
        Prop.ForAll(Steps.ToArbitrary(), steps =>
        {
            using TranslationBench bench = Start(twoLevels: false, out NaiveTranslation model);
            foreach (Step step in steps.Take(75))
            {
                Apply(bench, model, step);
            }

            using TranslationBench copy = bench.Copy();
            Assert.That(copy.Bench.Save(), Is.EqualTo(bench.Bench.Save()));
            AssertEqual(copy, model, null);
            foreach (Step step in steps.Skip(75))
            {
                Apply(copy, model, step);
                AssertEqual(copy, model, step);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));

    private static TranslationBench Start(bool twoLevels, out NaiveTranslation model)
    {
        model = new NaiveTranslation(Cpus);
        TranslationBench bench = Ready(Cpus, twoLevels);
        for (int cpu = 0; cpu < Cpus; cpu++)
        {
            model.MapCollection((uint)cpu, cpu, valid: true);
        }

        foreach (uint device in s_devices)
        {
            Apply(bench, model, new Step(Operation.MapDevice, device, 0, 0, 0, 2));
            for (uint eventId = 0; eventId < 4; eventId++)
            {
                int id = s_ids[(int)(device + eventId) % s_ids.Length];
                Apply(bench, model, new Step(Operation.MapInterrupt, device, eventId, eventId % Cpus, id, 0));
                Apply(bench, model, new Step(Operation.Configure, 0, 0, 0, id, 0x81));
            }
        }

        return bench;
    }

    private static void AssertEqual(TranslationBench bench, NaiveTranslation model, Step? step)
    {
        for (int cpu = 0; cpu < Cpus; cpu++)
        {
            int expected = model.HighestPending(cpu);
            if (bench.HighestPending(cpu) != expected || bench.Bench.Cpu(cpu).Irq.Level != (expected != 1023))
            {
                Assert.Fail($"CPU {cpu} after {step}: HPPIR1 is {bench.HighestPending(cpu)} instead of {expected}, IRQ is {bench.Bench.Cpu(cpu).Irq.Level}");
            }
        }
    }

    private static void Apply(TranslationBench bench, NaiveTranslation model, Step step)
    {
        (Operation operation, uint device, uint eventId, uint collection, int id, int value) = step;
        switch (operation)
        {
            case Operation.MapDevice:
                // As software must, it hands over a table of zeros.
                for (ulong i = 0; i < 8; i++)
                {
                    bench.WriteMemory64(InterruptsOf(device) + (8 * i), 0);
                }

                bool valid = value % 4 != 0;
                bench.Send(MapDeviceCommand(device, 1 + (value % 3), InterruptsOf(device), valid));
                model.MapDevice(device, 1 + (value % 3), valid);
                break;
            case Operation.MapCollection:
                bench.Send(MapCollectionCommand(collection, (ulong)(value % 4), value % 8 != 0));
                model.MapCollection(collection, value % 4, value % 8 != 0);
                break;
            case Operation.MapInterrupt:
                bench.MapInterrupt(device, eventId, id, collection);
                model.MapInterrupt(device, eventId, id, collection);
                break;
            case Operation.Move:
                bench.Send(Command(GicTranslationCommand.Movi, device, eventId, collection));
                model.Move(device, eventId, collection);
                break;
            case Operation.MoveAll:
                bench.Send(new GicTranslationCommand(GicTranslationCommand.Movall, 0, (ulong)(value % 4) << 16, (ulong)(value / 4 % 4) << 16));
                model.MoveAll(value % 4, value / 4 % 4);
                break;
            case Operation.Interrupt:
                bench.Interrupt(device, eventId);
                model.SetPending(device, eventId);
                break;
            case Operation.Message:
                bench.Message(device, eventId);
                model.SetPending(device, eventId);
                break;
            case Operation.Clear:
                bench.Send(Command(GicTranslationCommand.Clear, device, eventId));
                model.ClearPending(device, eventId);
                break;
            case Operation.Discard:
                bench.Send(Command(GicTranslationCommand.Discard, device, eventId));
                model.Discard(device, eventId);
                break;
            case Operation.Invalidate:
                bench.Send(Command(GicTranslationCommand.Inv, device, eventId));
                model.Invalidate(device, eventId);
                break;
            case Operation.InvalidateAll:
                bench.Send(Command(GicTranslationCommand.Invall, 0, 0, collection));
                model.InvalidateAll(collection);
                break;
            case Operation.Configure:
                // Any priority but the one that the mask holds back.
                bench.Configure(id, value & 0x7c, (value & 1) != 0);
                model.Configuration[id] = (byte)(value & 0x7d);
                break;
            default:
                int expected = model.HighestPending(value % Cpus);
                Assert.That(bench.Acknowledge(value % Cpus), Is.EqualTo(expected));
                if (expected != 1023)
                {
                    model.Acknowledge(value % Cpus);
                    bench.End(expected, value % Cpus);
                }

                break;
        }
    }

    internal sealed record Step(Operation Operation, uint Device, uint EventId, uint Collection, int Id, int Value);
}
