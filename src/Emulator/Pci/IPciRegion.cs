using Emulator.Memory;

namespace Emulator.Pci;

/// <summary>What stands behind a base address register. Offsets are within it.</summary>
internal interface IPciRegion
{
    /// <summary>Reads.</summary>
    BusResult Read(in BusAccess access);

    /// <summary>Writes.</summary>
    BusStatus Write(in BusAccess access, ulong value);

    /// <summary>As <see cref="IMmioDevice.IsPollable"/>.</summary>
    bool IsPollable(in BusAccess access) => false;
}
