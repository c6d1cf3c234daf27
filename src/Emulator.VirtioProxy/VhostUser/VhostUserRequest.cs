namespace Emulator.VirtioProxy.VhostUser;

/// <summary>Requests of a front end (vhost-user protocol, "Front-end message types"). Back ends end the connection on a request that they do not know, this one too; so the front end sends but those that each of them knows.</summary>
internal enum VhostUserRequest : uint
{
    /// <summary>VHOST_USER_GET_FEATURES.</summary>
    GetFeatures = 1,

    /// <summary>VHOST_USER_SET_FEATURES.</summary>
    SetFeatures = 2,

    /// <summary>VHOST_USER_SET_OWNER.</summary>
    SetOwner = 3,

    /// <summary>VHOST_USER_RESET_OWNER: of no use any more.</summary>
    ResetOwner = 4,

    /// <summary>VHOST_USER_SET_MEM_TABLE.</summary>
    SetMemoryTable = 5,

    /// <summary>VHOST_USER_SET_VRING_NUM.</summary>
    SetVringSize = 8,

    /// <summary>VHOST_USER_SET_VRING_ADDR.</summary>
    SetVringAddress = 9,

    /// <summary>VHOST_USER_SET_VRING_BASE.</summary>
    SetVringBase = 10,

    /// <summary>VHOST_USER_GET_VRING_BASE: also stops the ring.</summary>
    GetVringBase = 11,

    /// <summary>VHOST_USER_SET_VRING_KICK: also starts the ring.</summary>
    SetVringKick = 12,

    /// <summary>VHOST_USER_SET_VRING_CALL.</summary>
    SetVringCall = 13,

    /// <summary>VHOST_USER_SET_VRING_ERR.</summary>
    SetVringError = 14,

    /// <summary>VHOST_USER_GET_PROTOCOL_FEATURES.</summary>
    GetProtocolFeatures = 15,

    /// <summary>VHOST_USER_SET_PROTOCOL_FEATURES.</summary>
    SetProtocolFeatures = 16,

    /// <summary>VHOST_USER_GET_QUEUE_NUM.</summary>
    GetQueueNumber = 17,

    /// <summary>VHOST_USER_SET_VRING_ENABLE.</summary>
    SetVringEnable = 18,

    /// <summary>VHOST_USER_SET_BACKEND_REQ_FD, once SET_SLAVE_REQ_FD.</summary>
    SetBackendRequestChannel = 21,

    /// <summary>VHOST_USER_GET_CONFIG.</summary>
    GetConfiguration = 24,

    /// <summary>VHOST_USER_SET_CONFIG.</summary>
    SetConfiguration = 25,

    /// <summary>VHOST_USER_GET_INFLIGHT_FD.</summary>
    GetInflightMemory = 31,

    /// <summary>VHOST_USER_SET_INFLIGHT_FD.</summary>
    SetInflightMemory = 32,

    /// <summary>VHOST_USER_RESET_DEVICE.</summary>
    ResetDevice = 34,

    /// <summary>VHOST_USER_GET_MAX_MEM_SLOTS.</summary>
    GetMostMemorySlots = 36,

    /// <summary>VHOST_USER_ADD_MEM_REG.</summary>
    AddMemoryRegion = 37,

    /// <summary>VHOST_USER_REM_MEM_REG.</summary>
    RemoveMemoryRegion = 38,
}
