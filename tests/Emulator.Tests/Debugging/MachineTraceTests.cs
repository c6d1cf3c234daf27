using Emulator.Boards;
using Emulator.Debugging;
using Emulator.Timing;

namespace Emulator.Tests.Debugging;

/// <summary>What a machine tells who listens to it.</summary>
internal sealed class MachineTraceTests
{
    [Test]
    public void AMarkStandsWhereItWasSet()
    {
        var sink = new RecordingSink();
        using Machine machine = Build(sink);
        machine.Clock.SkipTo(new VirtualTime(77));

        machine.Mark("here");

        Assert.That(sink.Events, Is.EqualTo(new[] { new TraceEvent { Kind = TraceEventKind.Mark, Time = new VirtualTime(77), Source = "machine", Text = "here" } }));
    }

    [Test]
    public void AMachineWithoutATraceTakesMarksToo()
    {
        using Machine machine = new MachineBuilder(Board.Virt).WithMemory(16.MiB()).Build();

        Assert.That(() => machine.Mark("here"), Throws.Nothing);
    }

    [Test]
    public void AResetOfTheMachineIsOneOfEachDevice()
    {
        var sink = new RecordingSink();
        using Machine machine = Build(sink);

        machine.Reset();

        Assert.That(
            sink.Events.Select(e => (e.Kind, e.Source)),
            Is.EqualTo(new[]
            {
                (TraceEventKind.MachineReset, "machine"),
                (TraceEventKind.DeviceReset, "virtio-blk@a003e00"),
                (TraceEventKind.DeviceReset, "virtio-rng@00:01.0"),
            }));
    }

    [Test]
    public void TimeThatAllCpusWaitIsTold()
    {
        using Machine machine = GuestMachine.Create(new GuestAssembler().Nop().WaitForInterrupt().Stop());
        var sink = new RecordingSink();
        machine.StartTrace(sink);
        machine.Clock.Arm(machine.Clock.Register("test", new Waker()), new VirtualTime(1_000));

        _ = machine.Run(new RunLimits { Until = new VirtualTime(5_000) });

        Assert.That(sink.Events, Is.EqualTo(new[] { new TraceEvent { Kind = TraceEventKind.Idle, Started = new VirtualTime(2), Time = new VirtualTime(1_000), Source = "machine" } }));
    }

    [Test]
    public void TheMachineDisposesItsListener()
    {
        var sink = new RecordingSink();
        Machine machine = Build(sink);
        Assert.That(sink.IsDisposed, Is.False);

        machine.Dispose();

        Assert.That(sink.IsDisposed, Is.True);
    }

    [Test]
    public void AListenerThatCannotBeMadeIsToldByBuild()
    {
        MachineBuilder builder = new MachineBuilder(Board.Virt).WithMemory(16.MiB()).WithTrace("/nowhere/trace.json");

        Assert.That(builder.Build, Throws.TypeOf<EmulatorException>().With.Message.Contains("/nowhere/trace.json"));
    }

    private static Machine Build(RecordingSink sink) => new MachineBuilder(Board.Virt).WithMemory(16.MiB())
        .WithVirtioMemoryDisk(new byte[1024]).WithVirtioEntropy(Emulator.Virtio.VirtioTransport.Pci).WithTrace(() => sink).Build();

    private sealed class Waker : ITimerTarget
    {
        public void OnTimer(TimerId timer)
        {
        }
    }
}
