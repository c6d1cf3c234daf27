using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Carriers.Rings;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.Server;

namespace Emulator.Fuzz.Proxy;

/// <summary>
/// A hostile side of rings in shared memory: the first byte of an input says which. A server must not throw or hang, and serves the next front end as if there had been no other; a front end's carrier gives on nothing that is no
/// message, and tells of the end.
/// </summary>
internal sealed class RingTarget : IFuzzTarget, IDisposable
{
    private const int Sectors = 64;
    private const int SectorLength = 512;
    private const int StaticLength = 0x1_0000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("rings-").FullName;
    private int _count;

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        var reader = new InputReader(input);
        string path = Path.Combine(_folder, $"{_count++}");
        if (reader.Byte() % 2 == 0)
        {
            RunFrontEnd(ref reader, path);
        }
        else
        {
            RunBackEnd(ref reader, path);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void RunFrontEnd(ref InputReader reader, string path)
    {
        using var server = new VirtioProxyServer();
        _ = server.Add("virtio-blk", settings => new VirtioBlock(settings, new MemoryStorage("disk", Sectors * SectorLength)));
        server.Listen(ProxyAddress.Parse($"shm:{path}"));
        using (var peer = new HostileRing(SharedWindow.Open(path, TimeProvider.System), StaticLength))
        {
            peer.Meet();
            while (!reader.IsAtEnd)
            {
                peer.Step(ref reader);
            }
        }

        // The server is done with it, or will be.
        using ICarrier next = WindowListener.Connect(path, TimeProvider.System);
        using var isAnswered = new ManualResetEventSlim();
        var friend = new SayingPeer(next) { OnReceived = _ => isAnswered.Set() };
        friend.Say(ProxyInput.HelloOverRings);
        if (!isAnswered.Wait(s_patience) || friend.IsLost || !Message.TryRead(friend.Last, out Payloads.Hello hello, out _) || hello.Status != HelloStatus.Welcome)
        {
            throw new InvalidOperationException("the server does not welcome the next front end");
        }

        friend.HangUp();
    }

    private static void RunBackEnd(ref InputReader reader, string path)
    {
        using var isLost = new ManualResetEventSlim();
        var peer = new HostileRing(SharedWindow.Create(path, StaticLength), StaticLength);
        Task<ICarrier> connecting = Task.Run(() => WindowListener.Connect(path, TimeProvider.System));
        peer.Meet();
        using ICarrier carrier = connecting.GetAwaiter().GetResult();
        var friend = new Listener(isLost);
        carrier.Start(friend);
        while (!reader.IsAtEnd)
        {
            peer.Step(ref reader);
            carrier.Send(ProxyInput.Ping);
            _ = carrier.TryWait(0);
        }

        peer.Dispose();
        File.Delete(path);
        if (!isLost.Wait(s_patience) || friend.HasHeardNonsense)
        {
            throw new InvalidOperationException(friend.HasHeardNonsense ? "what was given on is no message" : "the front end does not see that the back end is gone");
        }
    }

    private sealed class Listener(ManualResetEventSlim isLost) : ICarrierSink
    {
        public bool HasHeardNonsense { get; private set; }

        public void Received(ReadOnlySpan<byte> message) =>
            HasHeardNonsense |= message.Length > WindowLayout.Element || !MessageHeader.TryRead(message, WindowLayout.Element, out MessageHeader header) || header.Size != message.Length;

        public void Lost(string reason) => isLost.Set();
    }
}
