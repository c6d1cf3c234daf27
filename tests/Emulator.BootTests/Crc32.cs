namespace Emulator.BootTests;

/// <summary>CRC-32 of IEEE 802.3, bit by bit: what U-Boot's <c>crc32</c> prints and what a GPT holds.</summary>
internal static class Crc32
{
    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xedb8_8320 & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }
}
