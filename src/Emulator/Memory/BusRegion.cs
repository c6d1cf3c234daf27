namespace Emulator.Memory;

/// <summary>One window of the bus: RAM, a device, or an array that is both.</summary>
internal sealed class BusRegion
{
    public required ulong Base { get; init; }

    public required ulong Length { get; init; }

    /// <summary>True when only secure accesses reach it.</summary>
    public required bool SecureOnly { get; init; }

    /// <summary>Plain memory, or null.</summary>
    public GuestRam? Ram { get; init; }

    /// <summary>The device that takes what is no plain memory access, or null for RAM.</summary>
    public IMmioDevice? Device { get; init; }

    /// <summary><see cref="Device"/> as an array, or null.</summary>
    public IMemoryMappedArray? MappedArray { get; init; }

    /// <summary>Accesses that reached the device.</summary>
    public long Accesses { get; set; }

    public string Name => Ram?.Name ?? Device!.Name;

    /// <summary>The memory that reads may take directly at present.</summary>
    public GuestRam? ReadableMemory => Ram ?? (MappedArray is { IsArrayReadable: true } array ? array.Array : null);
}
