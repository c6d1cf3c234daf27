namespace Emulator.InteropTests.Oracle;

/// <summary>
/// Where things are in the guest: code, and right behind it the data that loads and stores aim at, so that PC-relative loads reach it. The addresses behind the data hold
/// nothing: an access there is a Data Abort.
/// </summary>
internal static class OracleLayout
{
    /// <summary>First byte of the code.</summary>
    public const ulong Code = Data - CodeLength;

    /// <summary>Bytes of code.</summary>
    public const int CodeLength = 512 * 1024;

    /// <summary>Bytes that each case has for its instructions. What it leaves is zero, which is not an instruction.</summary>
    public const int SlotLength = 16;

    /// <summary>Slots at the start that no case gets: subjects keep instructions of their own there.</summary>
    public const int ReservedSlots = 4;

    /// <summary>First byte of the data.</summary>
    public const ulong Data = 0x4020_0000;

    /// <summary>Bytes of data.</summary>
    public const int DataLength = 16 * 1024;

    /// <summary>The longest access: four 128-bit registers.</summary>
    public const int LongestAccess = 64;
}
