namespace Emulator.Firmware;

/// <summary>All that must be in place before the first instruction.</summary>
internal sealed record LoadPlan
{
    /// <summary>What goes into RAM and flash; no two overlap.</summary>
    public required IReadOnlyList<LoadSegment> Segments { get; init; }

    /// <summary>How the first CPU starts.</summary>
    public required CpuStart Start { get; init; }

    /// <summary>What the other CPUs do.</summary>
    public required SecondaryCpus SecondaryCpus { get; init; }

    /// <summary>The flattened device tree, also when there was no room for it in memory.</summary>
    public required ReadOnlyMemory<byte> DeviceTree { get; init; }

    /// <summary>Where the tree is in memory, or null when the image takes that place.</summary>
    public required ulong? DeviceTreeAddress { get; init; }

    /// <summary>What the firmware configuration device offers.</summary>
    public required FwCfgItems FirmwareConfiguration { get; init; }

    /// <summary>Symbols of the image that starts; empty when it has none.</summary>
    public required SymbolTable Symbols { get; init; }
}
