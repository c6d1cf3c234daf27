namespace Emulator.Virtio.Devices.Share;

/// <summary>Messages of 9P2000.L; an answer has the number behind its request's.</summary>
internal enum ShareMessage : byte
{
    /// <summary>The answer to a request that failed.</summary>
    Error = 7,
    StatFs = 8,
    Open = 12,
    Create = 14,
    SymbolicLink = 16,
    MakeNode = 18,
    Rename = 20,
    ReadLink = 22,
    GetAttributes = 24,
    SetAttributes = 26,
    ExtendedAttributeWalk = 30,
    ExtendedAttributeCreate = 32,
    ReadDirectory = 40,
    Synchronize = 50,
    Lock = 52,
    GetLock = 54,
    Link = 70,
    MakeDirectory = 72,
    RenameAt = 74,
    UnlinkAt = 76,
    Version = 100,
    Authenticate = 102,
    Attach = 104,
    Flush = 108,
    Walk = 110,
    Read = 116,
    Write = 118,
    Clunk = 120,
    Remove = 122,
}
