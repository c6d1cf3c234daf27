using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Tests.Peers;

/// <summary>A peer that says what a test wants it to, and keeps what it hears.</summary>
internal sealed class ScriptedPeer : ICarrierSink
{
    private readonly ICarrier _carrier;

    /// <summary>Takes one end of a carrier.</summary>
    public ScriptedPeer(ICarrier carrier)
    {
        _carrier = carrier;
        carrier.LongestMessage = ushort.MaxValue;
        carrier.Start(this);
    }

    /// <summary>Told each message.</summary>
    public Action<byte[]>? OnReceived { get; set; }

    /// <summary>Told the end.</summary>
    public Action? OnLost { get; set; }

    /// <summary>Which messages may pass.</summary>
    public Func<byte[], bool> Filter { get; set; } = _ => true;

    public List<byte[]> Heard { get; } = [];

    public string? Loss { get; private set; }

    public void Say(ReadOnlySpan<byte> message) => _carrier.Send(message);

    public void Say(ReadOnlySpan<byte> message, int descriptor) => _carrier.Send(message, descriptor);

    /// <summary>Passes a message on that is being told, with its descriptor.</summary>
    public void Pass(byte[] message, ScriptedPeer from)
    {
        int descriptor = from._carrier.TakeDescriptor();
        Say(message, descriptor);
        LinuxCalls.CloseIfAny(descriptor);
    }

    public void Say(string hex) => Say(Bytes(hex));

    public void HangUp() => _carrier.Dispose();

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    void ICarrierSink.Received(ReadOnlySpan<byte> message)
    {
        byte[] copy = message.ToArray();
        Heard.Add(copy);
        OnReceived?.Invoke(copy);
    }

    void ICarrierSink.Lost(string reason)
    {
        Loss = reason;
        OnLost?.Invoke();
    }
}
