namespace Emulator.Virtio.Transports;

/// <summary>What MsiCmd of the proposed extension takes.</summary>
internal enum ProposedMessageCommand : uint
{
    Enable = 1,
    Disable = 2,
    Configure = 3,
    Mask = 4,
    Unmask = 5,
    MapConfiguration = 6,
    MapQueue = 7,
}
