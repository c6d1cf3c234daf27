using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Virtio;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.VhostUser;
using Emulator.VirtioProxy.VhostUser.Host;
using Emulator.VirtioProxy.VhostUser.Server;

namespace Emulator.Fuzz.Vhost;

/// <summary>A front end that behaves: it comes after others, and has to be served as if it were the first.</summary>
internal sealed class GoodFrontEnd : IDisposable
{
    private const ulong Base = 0x4000_0000;
    private const int RamLength = 0x4000;
    private const ulong Header = Base + 0x2000;
    private const int SectorLength = 512;
    private const ulong ProtocolFeatures = 1UL << 30;
    private const int RingSize = 8;

    private readonly GuestRam _ram = new("next", RamLength, RamMode.Shared);
    private readonly EventDescriptor _kick = new();
    private readonly DmaView _memory;

    public GoodFrontEnd()
    {
        var bus = new SystemBus();
        bus.MapRam(Base, _ram);
        _memory = new DmaView(bus, BusInitiator.Host);
    }

    /// <summary>Has a sector read, of a disk; of other devices it only starts a queue.</summary>
    public void Check(DescriptorSocket socket, ServedModel device, Action serve, bool hasDisk)
    {
        void Say(VhostUserRequest request, byte[] payload, params ReadOnlySpan<int> descriptors)
        {
            byte[] message = new byte[VhostUserHeader.Length + payload.Length];
            new VhostUserHeader((uint)request, VhostUserFlags.Version, (uint)payload.Length).Write(message);
            payload.CopyTo(message, VhostUserHeader.Length);
            _ = DescriptorMessages.Send(socket.Descriptor, message, descriptors, LinuxCalls.MessageDontWait);
            serve();
        }

        int descriptor = socket.Descriptor;
        VirtqueueDriver ring = VirtqueueDriver.Create(_memory, Base, RingSize);
        VirtqueueSettings settings = ring.Settings;
        Say(VhostUserRequest.SetOwner, []);
        Say(VhostUserRequest.SetFeatures, VhostUserPayload.Number(VirtioFeatures.Version1 | ProtocolFeatures));
        Say(VhostUserRequest.SetMemoryTable, VhostUserPayload.MemoryTable([new VhostUserRegion(Base, RamLength, _ram.FileDescriptor)]), _ram.FileDescriptor);
        Say(VhostUserRequest.SetVringSize, VhostUserPayload.VringState(0, RingSize));
        Say(VhostUserRequest.SetVringBase, VhostUserPayload.VringState(0, 0));
        Say(VhostUserRequest.SetVringAddress, VhostUserPayload.VringAddress(0, settings.DescriptorArea, settings.DeviceArea, settings.DriverArea));
        Say(VhostUserRequest.SetVringKick, VhostUserPayload.Number(0), _kick.Descriptor);
        Say(VhostUserRequest.SetVringEnable, VhostUserPayload.VringState(0, 1));
        if (hasDisk)
        {
            _ram.Write(Header - Base, new byte[16]);
            _ram.Write(Header - Base + 16, [.. Enumerable.Repeat((byte)0xff, SectorLength + 1)]);
            _ = ring.Add([new(Header, 16, false), new(Header + 16, SectorLength, true), new(Header + 16 + SectorLength, 1, true)]);
            _kick.Signal();
            serve();
            byte[] status = new byte[1];
            _ram.Read(Header - Base + 16 + SectorLength, status);
            if (!ring.TryTakeUsed(out UsedBuffer used) || used.Written != SectorLength + 1 || status[0] != 0)
            {
                throw new InvalidOperationException("the next front end's request is not done");
            }
        }

        if (socket.Descriptor != descriptor || descriptor < 0 || device.Session is null)
        {
            throw new InvalidOperationException("the next front end is not served as if it were the first");
        }
    }

    public void Dispose()
    {
        _ram.Dispose();
        _kick.Dispose();
    }
}
