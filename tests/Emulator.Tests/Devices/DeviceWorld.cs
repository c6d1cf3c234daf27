using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Timing;

namespace Emulator.Tests.Devices;

/// <summary>What a device stands in: a clock that moves when told, and a record of undeclared accesses.</summary>
internal sealed class DeviceWorld : IInstructionCounter
{
    public DeviceWorld() => Clock = new VirtualClock(this);

    public long RetiredInstructions { get; private set; }

    public VirtualClock Clock { get; }

    public UnimplementedAccesses Unimplemented { get; } = new();

    /// <summary>Lets time pass, and timers fire at their own instants.</summary>
    public void Advance(long nanoseconds)
    {
        long end = RetiredInstructions + nanoseconds;
        while (Clock.NextDeadline.Nanoseconds <= end)
        {
            RetiredInstructions = Math.Max(RetiredInstructions, Clock.NextDeadline.Nanoseconds);
            Clock.FireDueTimers();
        }

        RetiredInstructions = end;
    }
}

/// <summary>An interrupt wire that remembers.</summary>
internal sealed class RecordedLine : IInterruptLine
{
    public bool Level { get; private set; }

    public int Rises { get; private set; }

    public void Set(bool level)
    {
        Rises += level && !Level ? 1 : 0;
        Level = level;
    }
}

internal static class DeviceAccessExtensions
{
    public static uint Read32(this IMmioDevice device, ulong offset) => (uint)device.Read(offset, 4);

    public static ulong Read(this IMmioDevice device, ulong offset, int size)
    {
        BusResult result = device.Read(new BusAccess(offset, size, BusInitiator.Cpu(0), Secure: false));
        Assert.That(result.Status, Is.EqualTo(BusStatus.Ok));
        return result.Value;
    }

    public static void Write32(this IMmioDevice device, ulong offset, uint value) => device.Write(offset, 4, value);

    public static void Write(this IMmioDevice device, ulong offset, int size, ulong value) =>
        Assert.That(device.Write(new BusAccess(offset, size, BusInitiator.Cpu(0), Secure: false), value), Is.EqualTo(BusStatus.Ok));
}
