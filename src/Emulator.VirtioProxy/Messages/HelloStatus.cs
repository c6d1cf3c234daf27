namespace Emulator.VirtioProxy.Messages;

/// <summary>The answer to HELLO.</summary>
internal enum HelloStatus : ushort
{
    Welcome = 0,
    Busy = 1,
    OtherVersion = 2,
    SameRole = 3,
    NoMemoryMode = 4,
}
