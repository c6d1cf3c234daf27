using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.Server;

namespace Emulator.Fuzz.Proxy;

/// <summary>
/// A front end of virtio-proxy that says to a server what the input says. The server may refuse messages and end the session; it must not throw, answer with what is no message or to what was not asked, or keep anything of it: the
/// next front end reads the disk as if there had been no other.
/// </summary>
internal sealed class ServerTarget : IFuzzTarget
{
    private const int Sectors = 64;
    private const int SectorLength = 512;

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        using var server = new VirtioProxyServer();
        _ = server.Add("virtio-blk", settings => new VirtioBlock(settings, new MemoryStorage("disk", Sectors * SectorLength)));
        var reader = new InputReader(input);
        var peer = new SayingPeer(Connect(server));
        byte[] message = new byte[Message.Longest];
        while (!reader.IsAtEnd && !peer.IsLost)
        {
            peer.Say(ProxyInput.TakeMessage(ref reader, message));
        }

        peer.HangUp();
        CheckServes(server);
    }

    private static void CheckServes(VirtioProxyServer server)
    {
        var peer = new SayingPeer(Connect(server));
        byte[] message = new byte[Message.Longest];
        peer.Say(ProxyInput.Hello);
        foreach (int id in new[] { (int)TransportMessage.GetDeviceInfo, (int)TransportMessage.GetDeviceStatus })
        {
            peer.Say(message.AsSpan(0, Message.Write(message, MessageKind.Transport, (byte)id, 0, 7, default(Payloads.Nothing))));
        }

        if (peer.IsLost || peer.Heard != 3 || !Message.TryRead(peer.Last, out Payloads.Status status, out _) || status.Value != 0)
        {
            throw new InvalidOperationException("the server does not serve the next front end as if it were the first");
        }

        peer.HangUp();
    }

    private static ICarrier Connect(VirtioProxyServer server)
    {
        (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
        server.Serve(other);
        return one;
    }
}
