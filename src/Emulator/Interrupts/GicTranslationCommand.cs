using System.Buffers.Binary;

namespace Emulator.Interrupts;

/// <summary>A command of the translation service: four doublewords of the queue, and the fields that commands have in them (GICv3 architecture, "ITS commands").</summary>
/// <param name="First">Bits 63 to 0.</param>
/// <param name="Second">Bits 127 to 64.</param>
/// <param name="Third">Bits 191 to 128.</param>
/// <param name="Fourth">Bits 255 to 192.</param>
internal readonly record struct GicTranslationCommand(ulong First, ulong Second, ulong Third, ulong Fourth)
{
    /// <summary>Length of a command in bytes.</summary>
    public const int Length = 32;

    public const byte Movi = 0x01;
    public const byte Int = 0x03;
    public const byte Clear = 0x04;
    public const byte Sync = 0x05;
    public const byte Mapd = 0x08;
    public const byte Mapc = 0x09;
    public const byte Mapti = 0x0a;
    public const byte Mapi = 0x0b;
    public const byte Inv = 0x0c;
    public const byte Invall = 0x0d;
    public const byte Movall = 0x0e;
    public const byte Discard = 0x0f;

    /// <summary>The command's number.</summary>
    public byte Number => (byte)First;

    public uint DeviceId => (uint)(First >> 32);

    public uint EventId => (uint)Second;

    /// <summary>The physical INTID of MAPTI.</summary>
    public uint PhysicalId => (uint)(Second >> 32);

    /// <summary>Size of MAPD: bits of the device's event ids, less one.</summary>
    public int Size => (int)Second & 31;

    /// <summary>ITT_addr of MAPD.</summary>
    public ulong TableAddress => Third & 0x000f_ffff_ffff_ff00;

    /// <summary>ICID.</summary>
    public uint CollectionId => (uint)Third & 0xffff;

    /// <summary>V of MAPD and MAPC.</summary>
    public bool IsValid => Third >> 63 != 0;

    /// <summary>RDbase of MAPC, the first one of MOVALL: a processor number, GITS_TYPER.PTA being clear.</summary>
    public ulong Target => TargetOf(Third);

    /// <summary>The second RDbase of MOVALL.</summary>
    public ulong SecondTarget => TargetOf(Fourth);

    /// <summary>Reads a command.</summary>
    public static GicTranslationCommand From(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));

    private static ulong TargetOf(ulong doubleword) => (doubleword >> 16) & 0xf_ffff_ffff;
}
