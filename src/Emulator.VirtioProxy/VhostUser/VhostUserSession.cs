using Emulator.Virtio;
using Emulator.VirtioProxy.Unflushed;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>One connection to a back end, from its first message on: what is said in which order.</summary>
internal sealed class VhostUserSession : IDisposable
{
    /// <summary>VHOST_USER_F_PROTOCOL_FEATURES: both sides know extensions. It is no feature of virtio, and no guest sees it.</summary>
    private const ulong ProtocolFeaturesBit = 1UL << 30;

    private readonly VhostUserConnection _connection;
    private readonly DescriptorSocket? _requests;
    private readonly int _configurationLength;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly ulong _features;

    // How many regions can be shared one by one; 0 when they have to be told all at once.
    private readonly ulong _slots;
    private readonly List<VhostUserRegion> _shared = [];

    /// <summary>Begins a session: agrees on extensions and asks what there is.</summary>
    /// <param name="socket">The connected socket, which the session then owns.</param>
    /// <param name="configurationLength">Length of the configuration space that the device has in the back end; 0 for none.</param>
    /// <param name="time">The host's time.</param>
    /// <param name="patience">How long the back end may take for one message.</param>
    /// <exception cref="PeerLostException">The back end is gone, does not answer, or lacks what is needed.</exception>
    public VhostUserSession(DescriptorSocket socket, int configurationLength, TimeProvider time, TimeSpan patience)
    {
        _connection = new VhostUserConnection(socket, time, patience);
        _configurationLength = configurationLength;
        _time = time;
        _patience = patience;
        try
        {
            _features = _connection.AskNumber(VhostUserRequest.GetFeatures);
            if ((_features & VirtioFeatures.Version1) == 0)
            {
                throw new PeerLostException("the back end does not offer VIRTIO_F_VERSION_1");
            }

            _connection.Send(VhostUserRequest.SetOwner, []);
            VhostUserProtocolFeatures extensions = AgreeOnExtensions();
            int queues = (extensions & VhostUserProtocolFeatures.MultipleQueues) != 0 ? (int)Math.Min(_connection.AskNumber(VhostUserRequest.GetQueueNumber), int.MaxValue) : 0;
            if ((extensions & VhostUserProtocolFeatures.BackendRequests) != 0)
            {
                (DescriptorSocket ours, DescriptorSocket theirs) = DescriptorSocket.CreatePair();
                _requests = ours;
                using (theirs)
                {
                    _connection.Send(VhostUserRequest.SetBackendRequestChannel, [], theirs.Descriptor);
                }
            }

            _slots = (extensions & VhostUserProtocolFeatures.MemorySlots) != 0 ? _connection.AskNumber(VhostUserRequest.GetMostMemorySlots) : 0;
            Offer = new VhostUserOffer(_features, queues, AskConfiguration(), (extensions & VhostUserProtocolFeatures.InflightMemory) != 0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the back end has; its configuration is what it was when it was last asked for.</summary>
    public VhostUserOffer Offer { get; private set; }

    /// <summary>The connection's descriptor. It becomes readable when the back end has gone, as it never sends anything by itself there.</summary>
    public int Descriptor => _connection.Descriptor;

    /// <summary>Descriptor of the channel for the back end's own requests, or -1.</summary>
    public int RequestDescriptor => _requests?.Descriptor ?? -1;

    /// <summary>Hands the device over: features, memory, and the rings that are ready.</summary>
    /// <param name="features">The virtio features that the guest has accepted, as far as the back end knows them.</param>
    /// <param name="writeCache">1 or 0 to switch a disk's cache on or off; null to leave it as it is.</param>
    /// <param name="regions">The memory.</param>
    /// <param name="rings">The rings.</param>
    /// <param name="shareInflight">Shares the memory of requests in flight; null for none.</param>
    /// <exception cref="PeerLostException">The back end is gone, does not answer, or refuses.</exception>
    public void Begin(ulong features, byte? writeCache, IReadOnlyList<VhostUserRegion> regions, IReadOnlyList<VhostUserRing> rings, Action<VhostUserConnection>? shareInflight = null)
    {
        ulong accepted = (features | VirtioFeatures.Version1) & _features;
        _connection.Send(VhostUserRequest.SetFeatures, VhostUserPayload.Number(accepted | (_features & ProtocolFeaturesBit)));
        if (writeCache is { } value)
        {
            WriteConfiguration(UnflushedWrites.WriteCacheOffset, [value]);
        }

        shareInflight?.Invoke(_connection);
        Share(regions);
        foreach (VhostUserRing ring in rings)
        {
            StartRing(ring);
        }

        _connection.Synchronize();
    }

    /// <summary>Starts a ring, and lets the back end look at it once.</summary>
    /// <exception cref="PeerLostException">The back end is gone, does not answer, or refuses.</exception>
    public void StartRing(in VhostUserRing ring)
    {
        int index = ring.Index;
        _connection.Send(VhostUserRequest.SetVringSize, VhostUserPayload.VringState(index, (uint)ring.Settings.Size));
        _connection.Send(VhostUserRequest.SetVringBase, VhostUserPayload.VringState(index, ring.Base));
        _connection.Send(VhostUserRequest.SetVringAddress, VhostUserPayload.VringAddress(index, ring.Settings.DescriptorArea, ring.Settings.DeviceArea, ring.Settings.DriverArea));
        _connection.Send(VhostUserRequest.SetVringCall, VhostUserPayload.Number((ulong)index), ring.Call.Descriptor);
        _connection.Send(VhostUserRequest.SetVringKick, VhostUserPayload.Number((ulong)index), ring.Kick.Descriptor);
        Enable(index, 1);
        ring.Kick.Signal();
    }

    /// <summary>Stops a ring: the back end is done with all that it has taken from it.</summary>
    /// <exception cref="PeerLostException">The back end is gone, does not answer, or refuses.</exception>
    public void StopRing(int index)
    {
        _ = _connection.AskVringBase(index);
        Enable(index, 0);
        _connection.Synchronize();
    }

    /// <summary>Changes the configuration space.</summary>
    /// <exception cref="PeerLostException">The back end is gone, does not answer, or refuses.</exception>
    public void WriteConfiguration(int offset, ReadOnlySpan<byte> bytes)
    {
        _connection.Send(VhostUserRequest.SetConfiguration, VhostUserPayload.Configuration(offset, bytes));
        Offer = Offer with { Configuration = AskConfiguration() };
    }

    /// <summary>Takes one request of the back end.</summary>
    /// <returns>True when the configuration space has changed.</returns>
    /// <exception cref="PeerLostException">The back end is gone or does not answer.</exception>
    public bool TakeRequest()
    {
        const uint configurationChanged = 2;
        HostDeadline deadline = HostDeadline.After(_time, _patience);
        try
        {
            VhostUserHeader header = ReceiveRequest(deadline);
            bool isKnown = header.Request == configurationChanged;
            if ((header.Flags & VhostUserFlags.NeedReply) != 0)
            {
                byte[] reply = new byte[VhostUserHeader.Length + sizeof(ulong)];
                new VhostUserHeader(header.Request, VhostUserFlags.Version | VhostUserFlags.Reply, sizeof(ulong)).Write(reply);
                VhostUserPayload.Number(isKnown ? 0UL : 1).CopyTo(reply.AsSpan(VhostUserHeader.Length));
                _requests!.Send(reply, [], deadline);
            }

            if (!isKnown)
            {
                return false;
            }
        }
        catch (PeerLostException)
        {
            // It is only this channel that is of no use any more.
            _requests!.Dispose();
            return false;
        }

        Offer = Offer with { Configuration = AskConfiguration() };
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _requests?.Dispose();
        _connection.Dispose();
    }

    private VhostUserHeader ReceiveRequest(HostDeadline deadline)
    {
        byte[] start = new byte[VhostUserHeader.Length];
        List<int> descriptors = [];
        try
        {
            _requests!.Receive(start, descriptors, deadline);
            if (!VhostUserHeader.TryRead(start, out VhostUserHeader header))
            {
                throw new PeerLostException("the back end has sent what is no request of vhost-user");
            }

            if (header.Size > 0)
            {
                _requests.Receive(new byte[header.Size], descriptors, deadline);
            }

            return header;
        }
        finally
        {
            // No request that is obeyed needs any.
            foreach (int descriptor in descriptors)
            {
                _ = LinuxCalls.Close(descriptor);
            }
        }
    }

    private VhostUserProtocolFeatures AgreeOnExtensions()
    {
        if ((_features & ProtocolFeaturesBit) == 0)
        {
            return VhostUserProtocolFeatures.None;
        }

        const VhostUserProtocolFeatures known = VhostUserProtocolFeatures.MultipleQueues | VhostUserProtocolFeatures.ReplyAcknowledge
            | VhostUserProtocolFeatures.MemorySlots | VhostUserProtocolFeatures.InflightMemory;
        const VhostUserProtocolFeatures forConfiguration = VhostUserProtocolFeatures.Configuration | VhostUserProtocolFeatures.BackendRequests;
        var offered = (VhostUserProtocolFeatures)_connection.AskNumber(VhostUserRequest.GetProtocolFeatures);
        VhostUserProtocolFeatures chosen = offered & (_configurationLength > 0 ? known | forConfiguration : known);
        _connection.Send(VhostUserRequest.SetProtocolFeatures, VhostUserPayload.Number((ulong)chosen));
        _connection.ProtocolFeatures = chosen;
        return chosen;
    }

    // What the back end has already is not told again.
    private void Share(IReadOnlyList<VhostUserRegion> regions)
    {
        if (_slots < (ulong)regions.Count)
        {
            _connection.Send(VhostUserRequest.SetMemoryTable, VhostUserPayload.MemoryTable(regions), [.. regions.Select(region => region.Descriptor)]);
            return;
        }

        foreach (VhostUserRegion former in _shared.Where(region => region.Memory is null || !regions.Contains(region)).ToArray())
        {
            _connection.Send(VhostUserRequest.RemoveMemoryRegion, VhostUserPayload.MemoryRegion(former));
            _ = _shared.Remove(former);
        }

        foreach (VhostUserRegion region in regions.Where(region => !_shared.Contains(region)))
        {
            _connection.Send(VhostUserRequest.AddMemoryRegion, VhostUserPayload.MemoryRegion(region), region.Descriptor);
            _shared.Add(region);
        }
    }

    private byte[] AskConfiguration() =>
        (_connection.ProtocolFeatures & VhostUserProtocolFeatures.Configuration) != 0 ? _connection.AskConfiguration(_configurationLength) : [];

    private void Enable(int ring, uint isEnabled)
    {
        // Without extensions rings are enabled as soon as they are started.
        if ((_features & ProtocolFeaturesBit) != 0)
        {
            _connection.Send(VhostUserRequest.SetVringEnable, VhostUserPayload.VringState(ring, isEnabled));
        }
    }
}
