using Emulator.Interrupts;
using Emulator.Tests.Interrupts;
using Emulator.Timing;

namespace Emulator.Tests.Timing;

/// <summary>A CPU's generic timer on a clock that a test moves.</summary>
internal sealed class TimerBench : IInstructionCounter
{
    public TimerBench(GenericTimerOptions? options = null)
    {
        Clock = new VirtualClock(this);
        Timer = new GenericTimer(
            options ?? new GenericTimerOptions { HasEl2 = true, HasEl3 = true },
            Clock,
            new GenericTimerLines(SecurePhysical, Physical, Virtual, Hypervisor));
    }

    public long RetiredInstructions { get; private set; }

    public VirtualClock Clock { get; }

    public GenericTimer Timer { get; }

    public RecordingLine SecurePhysical { get; } = new();

    public RecordingLine Physical { get; } = new();

    public RecordingLine Virtual { get; } = new();

    public RecordingLine Hypervisor { get; } = new();

    /// <summary>Runs to an instant as a machine does: from deadline to deadline.</summary>
    public void RunTo(long nanoseconds)
    {
        while (Clock.NextDeadline.Nanoseconds <= nanoseconds)
        {
            RetiredInstructions = Math.Max(RetiredInstructions, Clock.NextDeadline.Nanoseconds);
            Clock.FireDueTimers();
        }

        RetiredInstructions = nanoseconds;
    }

    /// <summary>Lets time pass without firing timers, as inside a block.</summary>
    public void Pass(long nanoseconds) => RetiredInstructions += nanoseconds;

    public SystemRegisterResult TryRead(ushort register, out ulong value, int level = 3, bool secure = true, ulong secureConfiguration = 0) =>
        Timer.Read(new SystemRegisterAccess(register, level, secure, 0, secureConfiguration), out value);

    public SystemRegisterResult TryWrite(ushort register, ulong value, int level = 3, bool secure = true, ulong secureConfiguration = 0) =>
        Timer.Write(new SystemRegisterAccess(register, level, secure, 0, secureConfiguration), value);

    public ulong Read(ushort register)
    {
        Assert.That(TryRead(register, out ulong value), Is.EqualTo(SystemRegisterResult.Ok));
        return value;
    }

    public void Write(ushort register, ulong value) => Assert.That(TryWrite(register, value), Is.EqualTo(SystemRegisterResult.Ok));
}
