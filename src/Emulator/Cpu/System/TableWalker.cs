using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>Stage 1 table walks in the VMSAv8-64 format (Arm ARM D5.2 to D5.4).</summary>
internal static unsafe class TableWalker
{
    private const int LastLevel = 3;
    private const int MinimumSizeOffset = 16;
    private const int MaximumSizeOffset = 39;
    private const ulong AddressMask = 0x0000_ffff_ffff_ffff;

    // Table descriptors.
    private const ulong NonSecureTable = 1UL << 63;
    private const ulong ReadOnlyTable = 1UL << 62;
    private const ulong NoUserTable = 1UL << 61;
    private const ulong ExecuteNeverTable = 1UL << 60;
    private const ulong PrivilegedExecuteNeverTable = 1UL << 59;

    // Block and page descriptors.
    private const ulong ExecuteNever = 1UL << 54;
    private const ulong PrivilegedExecuteNever = 1UL << 53;
    private const ulong Guarded = 1UL << 50;
    private const ulong AccessFlag = 1UL << 10;
    private const ulong ReadOnly = 1UL << 7;
    private const ulong User = 1UL << 6;
    private const ulong NonSecure = 1UL << 5;

    /// <summary>Walks the tables of a regime whose stage 1 is on.</summary>
    /// <param name="bus">The physical address space.</param>
    /// <param name="regime">The regime.</param>
    /// <param name="address">Virtual address.</param>
    /// <param name="kind">What for.</param>
    /// <param name="privileged">False to check permissions as for EL0.</param>
    /// <param name="translation">Where the address leads, or its fault.</param>
    /// <returns>False for a fault.</returns>
    public static bool Walk(SystemBus bus, in TranslationRegime regime, ulong address, AccessKind kind, bool privileged, out Translation translation)
    {
        translation = default;
        bool high = regime.HasTwoRanges && ((address >> 55) & 1) != 0;
        int granule = GranuleShift(regime, high);
        int sizeOffset = (int)(regime.Control >> (high ? 16 : 0)) & 0x3f;
        int inputBits = 64 - sizeOffset;
        if (sizeOffset is < MinimumSizeOffset or > MaximumSizeOffset || !IsInRange(regime, address, inputBits, high) || IsDisabled(regime, high))
        {
            return Fail(ref translation, FaultStatus.Translation, 0);
        }

        // Each level resolves granule - 3 bits; the first one what is left.
        int stride = granule - 3;
        int level = 4 - ((inputBits - granule + stride - 1) / stride);
        int outputBits = regime.OutputAddressBits;
        int firstTableShift = 3 + inputBits - (((LastLevel - level) * stride) + granule);
        ulong table = (high ? regime.TableBase1 : regime.TableBase0) & AddressMask & ~((1UL << firstTableShift) - 1);
        if (table >> outputBits != 0)
        {
            return Fail(ref translation, FaultStatus.AddressSize, 0);
        }

        ulong input = address & ((1UL << inputBits) - 1);
        bool secure = regime.Secure;
        ulong inherited = 0;
        while (true)
        {
            int shift = ((LastLevel - level) * stride) + granule;
            ulong index = (input >> shift) & ((1UL << Math.Min(stride, inputBits - shift)) - 1);
            if (!TryReadDescriptor(bus, table + (index << 3), secure, regime.BigEndian, out ulong descriptor))
            {
                return Fail(ref translation, FaultStatus.ExternalOnWalk, level);
            }

            bool isTable = (descriptor & 2) != 0 && level != LastLevel;
            if ((descriptor & 1) == 0 || (!isTable && !IsLeafAllowed(descriptor, level, granule)))
            {
                return Fail(ref translation, FaultStatus.Translation, level);
            }

            if (!isTable)
            {
                ulong block = descriptor & AddressMask & ~((1UL << shift) - 1);
                if (block >> outputBits != 0)
                {
                    return Fail(ref translation, FaultStatus.AddressSize, level);
                }

                translation.PhysicalAddress = block | (input & ((1UL << shift) - 1));
                translation.BlockShift = shift;
                return Finish(regime, descriptor, inherited, secure, kind, privileged, level, ref translation);
            }

            inherited |= descriptor & (ReadOnlyTable | NoUserTable | ExecuteNeverTable | PrivilegedExecuteNeverTable);
            secure &= (descriptor & NonSecureTable) == 0;
            table = descriptor & AddressMask & ~((1UL << granule) - 1);
            if (table >> outputBits != 0)
            {
                return Fail(ref translation, FaultStatus.AddressSize, level);
            }

            level++;
        }
    }

    private static int GranuleShift(in TranslationRegime regime, bool high)
    {
        // TG0 and TG1 number the granules differently (Arm ARM D13.2.123). What the CPU has not is taken for 4 KiB.
        int granule = high
            ? ((regime.Control >> 30) & 3) switch { 1 => 14, 3 => 16, _ => 12 }
            : ((regime.Control >> 14) & 3) switch { 1 => 16, 2 => 14, _ => 12 };
        return granule == 14 && !regime.HasGranule16K ? 12 : granule;
    }

    // Bits above the input must be copies of the range's own bit, down from bit 55 when the top byte is ignored.
    private static bool IsInRange(in TranslationRegime regime, ulong address, int inputBits, bool high)
    {
        ulong significant = regime.IgnoresTopByte(high) ? (1UL << 56) - 1 : ulong.MaxValue;
        ulong above = significant & ~((1UL << inputBits) - 1);
        return (address & above) == (high ? above : 0);
    }

    // EPD0 and EPD1.
    private static bool IsDisabled(in TranslationRegime regime, bool high) =>
        regime.HasTwoRanges && ((regime.Control >> (high ? 23 : 7)) & 1) != 0;

    private static bool IsLeafAllowed(ulong descriptor, int level, int granule) => level switch
    {
        LastLevel => (descriptor & 2) != 0,
        2 => true,
        1 => granule == 12,
        _ => false,
    };

    private static bool Finish(
        in TranslationRegime regime,
        ulong descriptor,
        ulong inherited,
        bool secure,
        AccessKind kind,
        bool privileged,
        int level,
        ref Translation translation)
    {
        if ((descriptor & AccessFlag) == 0)
        {
            return Fail(ref translation, FaultStatus.AccessFlag, level);
        }

        translation.Secure = secure && (descriptor & NonSecure) == 0;
        translation.IsGuarded = regime.HasGuardedPages && (descriptor & Guarded) != 0;
        translation.Attributes = (byte)(regime.Attributes >> ((int)(descriptor & 0x1c) * 2));
        translation.IsDevice = (translation.Attributes & 0xf0) == 0;
        translation.Shareability = translation.IsDevice ? 2 : (descriptor >> 8) & 3;
        bool executeNever = (descriptor & ExecuteNever) != 0 || (inherited & ExecuteNeverTable) != 0;
        bool writable = (descriptor & ReadOnly) == 0 && (inherited & ReadOnlyTable) == 0;
        bool readable = true;
        if (regime.HasTwoRanges)
        {
            bool user = (descriptor & User) != 0 && (inherited & NoUserTable) == 0;
            if (privileged)
            {
                // What EL0 can write, EL1 does not execute (Arm ARM D5.4.5).
                executeNever = (descriptor & PrivilegedExecuteNever) != 0 || (inherited & PrivilegedExecuteNeverTable) != 0 || (user && writable);
            }
            else
            {
                readable = user;
                writable &= user;
            }
        }

        executeNever |= (writable && regime.WriteImpliesExecuteNever) || (regime.ForbidsNonSecureFetch && !translation.Secure);
        translation.CanRead = readable;
        translation.CanWrite = writable;
        bool permitted = kind switch
        {
            AccessKind.Read => readable,
            AccessKind.Write => writable,
            _ => !executeNever,
        };
        return permitted || Fail(ref translation, FaultStatus.Permission, level);
    }

    private static bool TryReadDescriptor(SystemBus bus, ulong address, bool secure, bool bigEndian, out ulong descriptor)
    {
        const ulong PageMask = GuestRam.PageSize - 1;
        if (!bus.TryGetPage(address & ~PageMask, secure, out GuestRam memory, out ulong offset, out _))
        {
            descriptor = 0;
            return false;
        }

        memory.MarkTables(offset);
        descriptor = Unsafe.ReadUnaligned<ulong>(memory.Pointer + offset + (address & PageMask));
        if (bigEndian)
        {
            descriptor = BinaryPrimitives.ReverseEndianness(descriptor);
        }

        return true;
    }

    private static bool Fail(ref Translation translation, FaultStatus fault, int level)
    {
        translation.Fault = fault + level;
        return false;
    }
}
