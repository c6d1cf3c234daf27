namespace Emulator.VirtioProxy.VhostUser;

/// <summary>Extensions of the protocol that both sides can agree on (vhost-user protocol, "Protocol features"). Only those that are used here.</summary>
[Flags]
internal enum VhostUserProtocolFeatures : ulong
{
    None = 0,

    /// <summary>MQ: the back end says how many queues it has.</summary>
    MultipleQueues = 1 << 0,

    /// <summary>REPLY_ACK: each message can be acknowledged.</summary>
    ReplyAcknowledge = 1 << 3,

    /// <summary>BACKEND_REQ: a channel for requests of the back end.</summary>
    BackendRequests = 1 << 5,

    /// <summary>CONFIG: the back end has the configuration space.</summary>
    Configuration = 1 << 9,

    /// <summary>INFLIGHT_SHMFD: which requests the back end has begun stands in memory that outlives it.</summary>
    InflightMemory = 1 << 12,

    /// <summary>RESET_DEVICE: the front end can have the device reset.</summary>
    ResetDevice = 1 << 13,

    /// <summary>CONFIGURE_MEM_SLOTS: memory regions are added and removed one by one.</summary>
    MemorySlots = 1 << 15,
}
