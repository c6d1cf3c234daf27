using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.FrontEnd;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.Server;

namespace Emulator.Fuzz.Proxy;

/// <summary>
/// A back end of virtio-proxy whose messages the input drops, doubles, changes, and adds to. The guest's device may fail and need a reset; nothing throws, and nothing of the guest's memory is written but rings and the buffers of requests.
/// </summary>
internal sealed class FrontEndTarget : IFuzzTarget, IVirtioBackendHost, IDisposable
{
    private const ulong Base = 0x4000_0000;
    private const int RamLength = 0x2_0000;
    private const ulong Header = Base + 0x8000;
    private const ulong Data = Base + 0x9000;
    private const ulong Status = Base + 0xa000;
    private const int DataLength = 512;
    private const VirtioStatus Begun = VirtioStatus.Acknowledge | VirtioStatus.Driver;

    // VIRTIO_BLK_F_FLUSH and VIRTIO_BLK_F_CONFIG_WCE.
    private const ulong WriteCache = (1 << 9) | (1 << 11);

    // Above all that a request names.
    private const ulong Forbidden = Base + 0xb000;

    private readonly GuestRam _ram = new("ram", RamLength);
    private readonly SystemBus _bus = new();
    private readonly byte[] _forbidden = new byte[RamLength - 0xb000];
    private List<Step> _steps = [];
    private int _next;
    private bool _isOpen;

    /// <summary>Makes the memory, once for all inputs.</summary>
    public FrontEndTarget() => _bus.MapRam(Base, _ram);

    /// <inheritdoc/>
    public VirtioCounters Counters { get; } = new(1);

    /// <inheritdoc/>
    public VirtioTrace? Trace => null;

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        _steps = ReadSteps(input);
        _next = 0;
        _isOpen = false;
        _ram.Clear(0, RamLength);
        using VirtioProxyServer server = new VirtioProxyServer().Add("virtio-blk", settings => new VirtioBlock(settings, new MemoryStorage("disk", 64 * DataLength)));
        bool hasConnected = false;
        var gate = new RemoteGate(_bus, TimeProvider.System);
        using var frontEnd = new ProxyFrontEnd(
            () =>
            {
                if (hasConnected)
                {
                    throw new EmulatorException("there is one connection for an input");
                }

                hasConnected = true;
                return Intercept(server);
            },
            new ProxyOptions(),
            gate,
            instance: 1);
        var memory = new DmaView(_bus, BusInitiator.VirtioMmio(0));
        using ProxyBackend device = frontEnd.Attach(0, new VirtioModelSettings("disk", memory, new ServedClock()), gate);
        device.Connect(this);
        _isOpen = true;
        Drive(device, memory);
        if (!memory.TryRead(Forbidden, _forbidden) || _forbidden.AsSpan().ContainsAnyExcept((byte)0))
        {
            throw new InvalidOperationException("memory was written that no request has named");
        }
    }

    /// <inheritdoc/>
    public void BuffersUsed(int queue)
    {
    }

    /// <inheritdoc/>
    public void ConfigurationChanged()
    {
    }

    /// <inheritdoc/>
    public void NeedsReset()
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _ram.Dispose();

    private static List<Step> ReadSteps(ReadOnlySpan<byte> input)
    {
        var reader = new InputReader(input);
        List<Step> steps = [];
        byte[] message = new byte[Message.Longest];
        while (!reader.IsAtEnd)
        {
            steps.Add(new Step(reader.Byte() & 7, reader.Byte(), reader.Byte(), ProxyInput.TakeMessage(ref reader, message).ToArray()));
        }

        return steps;
    }

    private void Drive(ProxyBackend device, DmaView memory)
    {
        for (int round = 0; round < 2; round++)
        {
            VirtqueueDriver ring = VirtqueueDriver.Create(memory, Base, 8);
            _ = Ask(device, () => device.SetFeatures(VirtioFeatures.Version1 | WriteCache));
            _ = Ask(device, () => device.SetStatus(Begun | VirtioStatus.FeaturesOk));
            _ = Ask(device, () => device.StartQueue(0, ring.Settings));
            _ = Ask(device, () => device.SetStatus(Begun | VirtioStatus.FeaturesOk | VirtioStatus.DriverOk));
            for (int request = 0; request < 4; request++)
            {
                _ = memory.TryWrite(Header, [(byte)(request % 2), 0, 0, 0, 0, 0, 0, 0, (byte)request, 0, 0, 0, 0, 0, 0, 0]);
                if (ring.Free >= 3)
                {
                    _ = ring.Add([new(Header, 16, false), new(Data, DataLength, request % 2 == 0), new(Status, 1, true)]);
                }

                device.Kick(0);
                _ = device.Pump();
                _ = ring.TryTakeUsed(out _);
            }

            _ = Ask(device, () => device.WriteConfiguration(32, [1]));
            _ = Ask(device, () => device.StopQueue(0));
            if (!Ask(device, device.Reset))
            {
                // The device has its rings yet: a driver that makes others there would find its own mistakes.
                return;
            }
        }
    }

    // As a CPU that is parked, but not for long: false when it would be parked yet.
    private static bool Ask(ProxyBackend device, Func<BackendAnswer> access)
    {
        for (int i = 0; i < 3; i++)
        {
            if (access() != BackendAnswer.Pending)
            {
                return true;
            }

            _ = device.Pump();
        }

        return false;
    }

    private ICarrier Intercept(VirtioProxyServer server)
    {
        (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
        (ICarrier near, ICarrier far) = InProcessCarrier.CreatePair();
        server.Serve(far);
        var front = new SayingPeer(other);
        var back = new SayingPeer(near);
        front.OnReceived = message => back.Say(message);
        front.OnLost = back.HangUp;
        back.OnLost = front.HangUp;
        back.OnReceived = message => Pass(front, message);
        return one;
    }

    private void Pass(SayingPeer front, byte[] message)
    {
        if (!_isOpen || _next == _steps.Count)
        {
            front.Say(message);
            return;
        }

        Step step = _steps[_next++];
        switch (step.Kind)
        {
            case 1:
                break;
            case 2:
                front.Say(message);
                front.Say(message);
                break;
            case 3:
                int at = step.Place % message.Length;
                message[at is 0 or 6 or 7 ? 1 : at] ^= step.Bits;
                front.Say(message);
                break;
            case 4:
                front.Say(step.Message);
                break;
            case 5:
                front.Say(message);
                front.Say(step.Message);
                break;
            case 6:
                front.Say(step.Message);
                front.Say(message);
                break;
            case 7:
                front.HangUp();
                break;
            default:
                front.Say(message);
                break;
        }
    }

    private sealed record Step(int Kind, byte Place, byte Bits, byte[] Message);
}
