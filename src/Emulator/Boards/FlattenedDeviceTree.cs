namespace Emulator.Boards;

/// <summary>Numbers of the flattened form (Devicetree Specification 0.4, chapter 5). Everything is big-endian.</summary>
internal static class FlattenedDeviceTree
{
    public const uint Magic = 0xd00dfeed;
    public const uint Version = 17;
    public const uint LastCompatibleVersion = 16;
    public const int HeaderLength = 40;

    public const int MagicOffset = 0;
    public const int TotalSizeOffset = 4;
    public const int StructureOffset = 8;
    public const int StringsOffset = 12;
    public const int ReservationsOffset = 16;
    public const int VersionOffset = 20;
    public const int LastCompatibleVersionOffset = 24;
    public const int BootCpuOffset = 28;
    public const int StringsSizeOffset = 32;
    public const int StructureSizeOffset = 36;

    public const uint BeginNode = 1;
    public const uint EndNode = 2;
    public const uint Property = 3;
    public const uint Nop = 4;
    public const uint End = 9;
}
