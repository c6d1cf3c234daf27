namespace Emulator.Firmware;

/// <summary>The control word of fw_cfg's DMA descriptor; its upper half is a selector.</summary>
[Flags]
internal enum FwCfgDmaControl : uint
{
    None = 0,
    Error = 1 << 0,
    Read = 1 << 1,
    Skip = 1 << 2,
    Select = 1 << 3,
    Write = 1 << 4,
}
