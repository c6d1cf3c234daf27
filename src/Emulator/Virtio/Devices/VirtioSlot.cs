namespace Emulator.Virtio.Devices;

/// <summary>Where a device with registers in memory stands on its board.</summary>
/// <param name="Address">Physical address of the registers.</param>
/// <param name="Length">Their length in bytes.</param>
/// <param name="Interrupt">The interrupt's INTID.</param>
internal readonly record struct VirtioSlot(ulong Address, ulong Length, int Interrupt);
