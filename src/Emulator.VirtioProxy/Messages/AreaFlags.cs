namespace Emulator.VirtioProxy.Messages;

/// <summary>What kind of area it is.</summary>
[Flags]
internal enum AreaFlags : ushort
{
    None = 0,
    Descriptor = 1,
    Static = 2,
    ReadOnly = 4,
    Fat = 8,
}
