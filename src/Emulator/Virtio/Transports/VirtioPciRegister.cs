namespace Emulator.Virtio.Transports;

/// <summary>A register of one of the PCI transport's structures.</summary>
/// <param name="Offset">Offset of its first byte.</param>
/// <param name="Size">Width in bytes.</param>
/// <param name="Name">Its name in the standard.</param>
/// <param name="Read">Gives its value.</param>
/// <param name="Write">Takes a value; null where it is read only.</param>
internal sealed record VirtioPciRegister(
    int Offset,
    int Size,
    string Name,
    Func<VirtioPciTransport, ulong> Read,
    Action<VirtioPciTransport, ulong>? Write = null);
