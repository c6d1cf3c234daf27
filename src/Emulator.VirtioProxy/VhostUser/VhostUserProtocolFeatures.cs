namespace Emulator.VirtioProxy.VhostUser;

/// <summary>Extensions of the protocol that both sides can agree on (vhost-user protocol, "Protocol features"). Only those that this front end uses.</summary>
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
}
