using Emulator.Memory;
using Emulator.Timing;

namespace Emulator.Tests.Rules;

/// <summary>A device that sends each byte stored to it to all other machines, and interrupts its CPU when one comes.</summary>
internal sealed class DomainLink : IMmioDevice, IDomainReceiver
{
    public const ulong Base = 0x0c00_0000;

    private readonly Machine _machine;
    private ulong _last;

    public DomainLink(Machine machine, ClockDomain domain)
    {
        _machine = machine;
        machine.Bus.MapDevice(Base, this);
        Port = domain.Attach(machine.Join(domain), this);
    }

    public DomainPort Port { get; }

    /// <summary>What has been sent, and when.</summary>
    public List<(VirtualTime Instant, ulong Value)> Sent { get; } = [];

    /// <summary>What has come, from whom, and when.</summary>
    public List<(VirtualTime Instant, int Source, byte Value)> Received { get; } = [];

    public string Name => "link";

    public ulong Length => 0x1000;

    public BusResult Read(in BusAccess access)
    {
        _machine.Processors[0].Irq.Set(false);
        return _last;
    }

    public BusStatus Write(in BusAccess access, ulong value)
    {
        Sent.Add((_machine.Clock.Now, value));
        Port.Broadcast([(byte)value]);
        return BusStatus.Ok;
    }

    public void Receive(int source, ReadOnlySpan<byte> payload)
    {
        Received.Add((_machine.Clock.Now, source, payload[0]));
        _last = payload[0];
        _machine.Processors[0].Irq.Set(true);
    }

    public void Reset(ResetKind kind) => _last = 0;
}
