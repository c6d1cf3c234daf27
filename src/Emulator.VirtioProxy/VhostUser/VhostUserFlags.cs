namespace Emulator.VirtioProxy.VhostUser;

/// <summary>Flags in a message's header.</summary>
[Flags]
internal enum VhostUserFlags : uint
{
    /// <summary>Version 1 of the protocol: the only one.</summary>
    Version = 1,

    /// <summary>The bits of the version.</summary>
    VersionMask = 3,

    /// <summary>The message is a reply.</summary>
    Reply = 4,

    /// <summary>The sender wants a reply, also to a message that has none by itself.</summary>
    NeedReply = 8,
}
