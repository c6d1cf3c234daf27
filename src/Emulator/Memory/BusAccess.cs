namespace Emulator.Memory;

/// <summary>One access as a device sees it: where inside its window, how wide, by whom, in which security state.</summary>
/// <param name="Offset">Byte offset inside the device's window; the bus guarantees <c>Offset + Size &lt;= Length</c>.</param>
/// <param name="Size">Width in bytes: 1, 2, 4 or 8.</param>
/// <param name="Initiator">Who started it.</param>
/// <param name="Secure">True for an access to the secure physical address space.</param>
public readonly record struct BusAccess(ulong Offset, int Size, BusInitiator Initiator, bool Secure);
