using Emulator.Memory;
using Moq;

namespace Emulator.Tests.Rules;

/// <summary>A machine that stands still waits itself for what is due.</summary>
public sealed class RemoteGateTests
{
    private readonly SystemBus _bus = new();

    [Test]
    public void The_first_device_that_has_something_due_is_waited_for()
    {
        var idle = new Mock<IRemoteParticipant>(MockBehavior.Strict);
        idle.Setup(participant => participant.HasUnsolicitedInput).Returns(false);
        idle.Setup(participant => participant.TryWait(100)).Returns(false);
        var due = new Mock<IRemoteParticipant>();
        due.Setup(participant => participant.TryWait(100)).Returns(true);
        var other = new Mock<IRemoteParticipant>();
        RemoteGate gate = CreateGate(idle.Object, due.Object, other.Object);

        Assert.That(gate.TryWait(100), Is.True);
        due.Verify(participant => participant.TryWait(100), Times.Once);
        other.Verify(participant => participant.TryWait(It.IsAny<int>()), Times.Never);
    }

    [Test]
    public void Nobody_waits_where_no_device_can() => Assert.That(CreateGate(new Mock<IRemoteParticipant>().Object).TryWait(100), Is.False);

    [Test]
    public void Who_wakes_the_gate_before_it_waits_is_not_overheard()
    {
        var due = new Mock<IRemoteParticipant>();
        due.Setup(participant => participant.TryWait(100)).Returns(true);
        RemoteGate gate = CreateGate(due.Object);

        gate.Wake();

        Assert.That(gate.TryWait(100), Is.True);
        due.Verify(participant => participant.TryWait(It.IsAny<int>()), Times.Never);
        Assert.That(gate.TryWait(100), Is.True);
        due.Verify(participant => participant.TryWait(100), Times.Once);
    }

    [Test]
    public void Who_wakes_the_gate_while_it_waits_ends_that()
    {
        using var interrupted = new ManualResetEventSlim();
        var due = new Mock<IRemoteParticipant>();
        RemoteGate gate = CreateGate(due.Object);
        due.Setup(participant => participant.Interrupt()).Callback(interrupted.Set);
        due.Setup(participant => participant.TryWait(100)).Returns(() =>
        {
            Task.Run(gate.Wake).Wait();
            return interrupted.IsSet;
        });

        Assert.That(gate.TryWait(100), Is.True);
    }

    [Test]
    public void What_comes_while_the_machine_waits_itself_needs_no_signal()
    {
        int signals = 0;
        _bus.AnswerReady += () => signals++;
        var due = new Mock<IRemoteParticipant>();
        RemoteGate gate = CreateGate(due.Object);
        due.Setup(participant => participant.TryWait(100)).Returns(() =>
        {
            gate.Signal();
            return true;
        });

        Assert.That(gate.TryWait(100), Is.True);
        Assert.That(signals, Is.Zero);
        gate.Signal();
        Assert.That(signals, Is.EqualTo(1));
    }

    private RemoteGate CreateGate(params IRemoteParticipant[] participants)
    {
        var gate = new RemoteGate(_bus, TimeProvider.System);
        foreach (IRemoteParticipant participant in participants)
        {
            gate.Add(participant);
        }

        return gate;
    }
}
