using Emulator.Virtio;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.VhostUser.Server;

// What each message does (vhost-user protocol, "Front-end message types").
internal sealed partial class FrontEndSession
{
    /// <summary>VHOST_USER_F_PROTOCOL_FEATURES. It is no feature of virtio, and no device sees it.</summary>
    private const ulong ProtocolFeaturesBit = 1UL << 30;

    // Bytes of the configuration space that a message can ask for (VHOST_USER_MAX_CONFIG_SIZE).
    private const int LargestConfiguration = 256;

    private VhostUserProtocolFeatures Offered =>
        VhostUserProtocolFeatures.MultipleQueues | VhostUserProtocolFeatures.ReplyAcknowledge | VhostUserProtocolFeatures.ResetDevice | VhostUserProtocolFeatures.MemorySlots | VhostUserProtocolFeatures.InflightMemory
        | (_device.HasConfiguration ? VhostUserProtocolFeatures.Configuration | VhostUserProtocolFeatures.BackendRequests : VhostUserProtocolFeatures.None);

    private void Handle(FrontEndMessage message)
    {
        ulong? reply = null;
        switch (message.Request)
        {
            case VhostUserRequest.GetFeatures:
                Expect(message, 0, 0);
                reply = _device.Features | ProtocolFeaturesBit;
                break;
            case VhostUserRequest.GetProtocolFeatures:
                Expect(message, 0, 0);
                reply = (ulong)Offered;
                break;
            case VhostUserRequest.GetQueueNumber:
                Expect(message, 0, 0);
                reply = (ulong)_device.CountedQueues;
                break;
            case VhostUserRequest.GetMostMemorySlots:
                Expect(message, 0, 0);
                reply = FrontEndMemory.MostRegions;
                break;
            case VhostUserRequest.GetVringBase:
                Answer(message.Request, VhostUserPayload.VringState(RingOf(message, out _).Index, StopAtBase(message)));
                return;
            case VhostUserRequest.GetConfiguration:
                Answer(message.Request, Configuration(message));
                return;
            case VhostUserRequest.GetInflightMemory:
                MakeInflightMemory(message);
                return;
            default:
                Obey(message);

                // What is wrong ends the connection, so that every acknowledgement is one of success.
                reply = message.NeedsReply && (_extensions & VhostUserProtocolFeatures.ReplyAcknowledge) != 0 ? 0UL : null;
                break;
        }

        if (reply is { } number)
        {
            Answer(message.Request, VhostUserPayload.Number(number));
        }
    }

    private void Obey(FrontEndMessage message)
    {
        switch (message.Request)
        {
            case VhostUserRequest.SetOwner or VhostUserRequest.ResetOwner:
                Expect(message, 0, 0);
                break;
            case VhostUserRequest.SetFeatures:
                SetFeatures(NumberOf(message));
                break;
            case VhostUserRequest.SetProtocolFeatures:
                _extensions = (VhostUserProtocolFeatures)NumberOf(message);
                Require((_extensions & ~Offered) == 0, message, "it accepts extensions that were not offered");
                break;
            case VhostUserRequest.SetMemoryTable:
                SetMemoryTable(message);
                break;
            case VhostUserRequest.AddMemoryRegion:
                Require(VhostUserPayload.TryReadMemoryRegion(message.Payload, out FrontEndRegion added) && message.Descriptors.Length == 1, message);
                _memory.Add(added, message.Descriptors[0]);
                break;
            case VhostUserRequest.RemoveMemoryRegion:
                // Front ends are known that send a descriptor, too.
                Require(VhostUserPayload.TryReadMemoryRegion(message.Payload, out FrontEndRegion removed) && message.Descriptors.Length <= 1, message);
                ChangeMemory(() => _memory.Remove(removed));
                break;
            case VhostUserRequest.SetVringSize:
                Vring sized = RingOf(message, out uint size);
                Require(!sized.IsRunning && size is > 0 and <= VirtqueueSettings.LargestSize, message, "the ring is at work, or has a size that no ring has");
                sized.Size = (int)size;
                break;
            case VhostUserRequest.SetVringBase:
                Vring based = RingOf(message, out uint start);
                Require(!based.IsRunning, message, "the ring is at work");
                based.Base = start;
                break;
            case VhostUserRequest.SetVringAddress:
                SetVringAddress(message);
                break;
            case VhostUserRequest.SetVringKick or VhostUserRequest.SetVringCall or VhostUserRequest.SetVringError:
                SetVringEvent(message);
                break;
            case VhostUserRequest.SetVringEnable:
                Vring enabled = RingOf(message, out uint isEnabled);
                enabled.IsEnabled = isEnabled != 0;
                Refresh(enabled);
                break;
            case VhostUserRequest.SetBackendRequestChannel:
                Expect(message, 0, 1);
                CloseChannel();
                _channel = DescriptorSocket.From(message.TakeDescriptor());
                break;
            case VhostUserRequest.SetConfiguration:
                Require(VhostUserPayload.TryReadConfigurationRequest(message.Payload, out uint offset, out ReadOnlySpan<byte> contents) && message.Descriptors.IsEmpty, message);
                Require(_device.TryWriteConfiguration(offset, contents), message, "it does not lie in the configuration space");
                break;
            case VhostUserRequest.SetInflightMemory:
                TakeInflightMemory(message);
                break;
            case VhostUserRequest.ResetDevice:
                Expect(message, 0, 0);
                Reset();
                break;
            default:
                throw new PeerLostException($"the front end has sent request {(uint)message.Request}, which is none that this back end knows");
        }
    }

    private void SetFeatures(ulong features)
    {
        if ((features & ~(_device.Features | ProtocolFeaturesBit)) != 0)
        {
            throw new PeerLostException($"the front end accepts features 0x{features:x}, and 0x{_device.Features:x} are offered");
        }

        // Front ends say it again, also while rings are at work; what does not change needs nothing.
        if (features == _features)
        {
            return;
        }

        if (Array.Exists(_rings, ring => ring.IsRunning))
        {
            throw new PeerLostException("the front end changes the features while rings are at work");
        }

        _features = features;
        _device.SetFeatures(features & ~ProtocolFeaturesBit);
        if ((features & ProtocolFeaturesBit) == 0)
        {
            // Rings are enabled from the beginning then.
            foreach (Vring ring in _rings)
            {
                ring.IsEnabled = true;
                Refresh(ring);
            }
        }
    }

    private void SetMemoryTable(FrontEndMessage message)
    {
        Require(VhostUserPayload.TryReadMemoryTable(message.Payload, out FrontEndRegion[] regions) && regions.Length == message.Descriptors.Length, message);
        ChangeMemory(() => _memory.Replace(regions, message.Descriptors));
    }

    // Rings go on where they were, in what is there then.
    private void ChangeMemory(Action change)
    {
        Vring[] running = [.. _rings.Where(ring => ring.IsRunning)];
        foreach (Vring ring in running)
        {
            Stop(ring);
        }

        change();
        foreach (Vring ring in running)
        {
            Start(ring);
        }
    }

    private void SetVringAddress(FrontEndMessage message)
    {
        Require(VhostUserPayload.TryReadVringAddress(message.Payload, out int index, out VirtqueueSettings addresses) && (uint)index < (uint)_rings.Length && message.Descriptors.IsEmpty, message);
        Vring ring = _rings[index];
        bool isRunning = ring.IsRunning;
        if (isRunning)
        {
            Stop(ring);
        }

        ring.Addresses = addresses;
        if (isRunning)
        {
            Start(ring);
        }
    }

    private void SetVringEvent(FrontEndMessage message)
    {
        Require(VhostUserPayload.TryReadNumber(message.Payload, out ulong number), message);
        bool hasNone = (number & VhostUserPayload.NoDescriptor) != 0;
        ulong index = number & (VhostUserPayload.NoDescriptor - 1);
        Require((number & ~((VhostUserPayload.NoDescriptor << 1) - 1)) == 0 && index < (ulong)_rings.Length && message.Descriptors.Length == (hasNone ? 0 : 1), message);
        Vring ring = _rings[index];
        ring.Take(message.Request, hasNone ? -1 : message.TakeDescriptor());
        if (message.Request == VhostUserRequest.SetVringKick)
        {
            ring.IsStarted = true;
            Refresh(ring);
        }
        else if (message.Request == VhostUserRequest.SetVringCall && ring.IsRunning)
        {
            // What was signalled by the one before may not have been heard.
            ring.Call?.Signal();
        }
    }

    private uint StopAtBase(FrontEndMessage message)
    {
        Vring ring = RingOf(message, out _);
        ring.IsStarted = false;
        Refresh(ring);
        ring.Take(VhostUserRequest.SetVringKick, -1);
        return ring.Base;
    }

    // The payload of the answer: as many bytes as were asked for, or none when that cannot be.
    private byte[] Configuration(FrontEndMessage message)
    {
        Require(VhostUserPayload.TryReadConfigurationRequest(message.Payload, out uint offset, out ReadOnlySpan<byte> wanted) && message.Descriptors.IsEmpty, message);
        if (!_device.HasConfiguration || wanted.Length > LargestConfiguration || offset > LargestConfiguration - wanted.Length)
        {
            return [];
        }

        Span<byte> contents = stackalloc byte[wanted.Length];
        _device.ReadConfiguration(offset, contents);
        return VhostUserPayload.Configuration((int)offset, contents);
    }

    // Nothing is kept of packed rings: their requests are done one after the other, so that the ring's position tells all.
    private void MakeInflightMemory(FrontEndMessage message)
    {
        RequireInflight(message, out VhostUserInflight wanted);
        Require(message.Descriptors.IsEmpty, message);
        if ((_features & VirtioFeatures.PackedRing) != 0)
        {
            Answer(message.Request, VhostUserPayload.Inflight(wanted with { Length = 0, Offset = 0 }));
            return;
        }

        _inflight?.Dispose();
        _inflight = InflightMemory.Create(wanted.QueueCount, wanted.QueueSize, out VhostUserInflight place);
        Answer(message.Request, VhostUserPayload.Inflight(place), _inflight.FileDescriptor);
    }

    private void TakeInflightMemory(FrontEndMessage message)
    {
        RequireInflight(message, out VhostUserInflight place);
        Require(message.Descriptors.Length == 1, message);
        _inflight?.Dispose();
        _inflight = null;
        _inflight = InflightMemory.Map(place, message.Descriptors[0], _options.AcceptsUnsealedMemory);
    }

    private void RequireInflight(FrontEndMessage message, out VhostUserInflight inflight)
    {
        Require(VhostUserPayload.TryReadInflight(message.Payload, out inflight), message);
        Require(inflight is { QueueCount: > 0, QueueSize: > 0 and <= VirtqueueSettings.LargestSize } && inflight.QueueCount <= _rings.Length, message, "there are no such queues");
        Require(!Array.Exists(_rings, ring => ring.IsRunning), message, "rings are at work");
    }

    private void Reset()
    {
        foreach (Vring ring in _rings)
        {
            ring.Clear();
        }

        _device.Reset();
        _features = null;
    }

    private void Answer(VhostUserRequest request, ReadOnlySpan<byte> payload, params ReadOnlySpan<int> descriptors)
    {
        Span<byte> bytes = stackalloc byte[VhostUserHeader.Length + VhostUserPayload.ConfigurationHeader + LargestConfiguration];
        new VhostUserHeader((uint)request, VhostUserFlags.Version | VhostUserFlags.Reply, (uint)payload.Length).Write(bytes);
        payload.CopyTo(bytes[VhostUserHeader.Length..]);
        _socket.Send(bytes[..(VhostUserHeader.Length + payload.Length)], descriptors, HostDeadline.After(_time, _options.Patience));
    }

    private Vring RingOf(FrontEndMessage message, out uint number)
    {
        Require(VhostUserPayload.TryReadVringState(message.Payload, out int index, out number) && (uint)index < (uint)_rings.Length && message.Descriptors.IsEmpty, message);
        return _rings[index];
    }

    private static ulong NumberOf(FrontEndMessage message)
    {
        Require(VhostUserPayload.TryReadNumber(message.Payload, out ulong number) && message.Descriptors.IsEmpty, message);
        return number;
    }

    private static void Expect(FrontEndMessage message, int length, int descriptors) =>
        Require(message.Payload.Length == length && message.Descriptors.Length == descriptors, message);

    private static void Require(bool isSo, FrontEndMessage message, string problem = "it has not the form that it should have")
    {
        if (!isSo)
        {
            throw new PeerLostException($"the front end has sent {message.Request}: {problem}");
        }
    }
}
