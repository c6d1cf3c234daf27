using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>Stage 1 table walks in the VMSAv8-64 format (Arm ARM D5.2 to D5.4).</summary>
internal static class TableWalker
{
    private const int LastLevel = 3;
    private const int MinimumSizeOffset = 16;
    private const int MaximumSizeOffset = 39;
    private const int MaximumSizeOffsetOfSmallTables = 48;
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
    private const ulong DirtyBitModifier = 1UL << 51;
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
    public static bool Walk(SystemBus bus, in TranslationRegime regime, ulong address, AccessKind kind, bool privileged, out Translation translation) =>
        Walk(bus, regime, default, address, kind, privileged, out translation);

    /// <summary>Walks the tables of a regime whose stage 1 is on, reading them through stage 2 where that is on.</summary>
    /// <param name="bus">The physical address space.</param>
    /// <param name="regime">The regime.</param>
    /// <param name="stage2">What the tables' own addresses go through.</param>
    /// <param name="address">Virtual address.</param>
    /// <param name="kind">What for.</param>
    /// <param name="privileged">False to check permissions as for EL0.</param>
    /// <param name="translation">Where stage 1 leads, or the fault.</param>
    /// <returns>False for a fault.</returns>
    public static bool Walk(
        SystemBus bus,
        in TranslationRegime regime,
        in Stage2Regime stage2,
        ulong address,
        AccessKind kind,
        bool privileged,
        out Translation translation)
    {
        translation = default;
        bool high = regime.HasTwoRanges && ((address >> 55) & 1) != 0;
        int granule = GranuleShift(regime, high);
        int sizeOffset = (int)(regime.Control >> (high ? 16 : 0)) & 0x3f;
        int inputBits = 64 - sizeOffset;
        if (sizeOffset < MinimumSizeOffset || sizeOffset > LargestSizeOffset(regime, granule) || !IsInRange(regime, address, inputBits, high, kind) || IsDisabled(regime, high)
            || (!privileged && regime.HidesFromUser(high)))
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
            if (!TryRead(bus, regime, stage2, table + (index << 3), secure, level, ref translation, out ulong descriptor))
            {
                return false;
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
                return CheckPermissions(regime, descriptor, inherited, secure, kind, privileged, level, ref translation)
                    && SetFlags(bus, regime, stage2, table + (index << 3), descriptor, secure, kind, level, ref translation);
            }

            inherited |= regime.IgnoresHierarchy(high) ? 0 : descriptor & (ReadOnlyTable | NoUserTable | ExecuteNeverTable | PrivilegedExecuteNeverTable);
            secure &= (descriptor & NonSecureTable) == 0;
            table = descriptor & AddressMask & ~((1UL << granule) - 1);
            if (table >> outputBits != 0)
            {
                return Fail(ref translation, FaultStatus.AddressSize, level);
            }

            level++;
        }
    }

    /// <summary>True when a valid descriptor that leads to no table may stand at a level: a page at the last, a block above where the granule has one.</summary>
    public static bool IsLeafAllowed(ulong descriptor, int level, int granule) => level switch
    {
        LastLevel => (descriptor & 2) != 0,
        2 => true,
        1 => granule == 12,
        _ => false,
    };

    private static int LargestSizeOffset(in TranslationRegime regime, int granule) =>
        !regime.HasSmallTables ? MaximumSizeOffset : granule == 16 ? MaximumSizeOffsetOfSmallTables - 1 : MaximumSizeOffsetOfSmallTables;

    private static int GranuleShift(in TranslationRegime regime, bool high)
    {
        // TG0 and TG1 number the granules differently (Arm ARM D13.2.123). What the CPU has not is taken for 4 KiB.
        int granule = high
            ? ((regime.Control >> 30) & 3) switch { 1 => 14, 3 => 16, _ => 12 }
            : ((regime.Control >> 14) & 3) switch { 1 => 16, 2 => 14, _ => 12 };
        return granule == 14 && !regime.HasGranule16K ? 12 : granule;
    }

    // Bits above the input must be copies of the range's own bit, down from bit 55 when the top byte is ignored.
    private static bool IsInRange(in TranslationRegime regime, ulong address, int inputBits, bool high, AccessKind kind)
    {
        ulong significant = regime.IgnoresTopByte(high, kind == AccessKind.Execute) ? (1UL << 56) - 1 : ulong.MaxValue;
        ulong above = significant & ~((1UL << inputBits) - 1);
        return (address & above) == (high ? above : 0);
    }

    // EPD0 and EPD1.
    private static bool IsDisabled(in TranslationRegime regime, bool high) =>
        regime.HasTwoRanges && ((regime.Control >> (high ? 23 : 7)) & 1) != 0;

    private static bool CheckPermissions(
        in TranslationRegime regime,
        ulong descriptor,
        ulong inherited,
        bool secure,
        AccessKind kind,
        bool privileged,
        int level,
        ref Translation translation)
    {
        if ((descriptor & AccessFlag) == 0 && !regime.SetsAccessFlag)
        {
            return Fail(ref translation, FaultStatus.AccessFlag, level);
        }

        translation.Secure = secure && (descriptor & NonSecure) == 0;
        translation.IsGuarded = regime.HasGuardedPages && (descriptor & Guarded) != 0;
        translation.Attributes = (byte)(regime.Attributes >> ((int)(descriptor & 0x1c) * 2));
        translation.IsDevice = MemoryAttributes.IsDevice(translation.Attributes);
        translation.Shareability = translation.IsDevice ? 2 : (descriptor >> 8) & 3;
        bool executeNever = (descriptor & ExecuteNever) != 0 || (inherited & ExecuteNeverTable) != 0;
        bool isClean = (descriptor & ReadOnly) != 0 && (descriptor & DirtyBitModifier) != 0 && regime.SetsDirtyState;
        bool writable = ((descriptor & ReadOnly) == 0 || isClean) && (inherited & ReadOnlyTable) == 0;
        bool readable = true;
        if (regime.HasTwoRanges)
        {
            bool user = (descriptor & User) != 0 && (inherited & NoUserTable) == 0;
            if (privileged)
            {
                // What EL0 can write, EL1 does not execute (Arm ARM D5.4.5).
                executeNever = (descriptor & PrivilegedExecuteNever) != 0 || (inherited & PrivilegedExecuteNeverTable) != 0 || (user && writable);
                readable = !(user && regime.ForbidsUserData);
                writable &= readable;
            }
            else
            {
                readable = user;
                writable &= user;
            }
        }

        executeNever |= (writable && regime.WriteImpliesExecuteNever) || (regime.ForbidsNonSecureFetch && !translation.Secure);
        translation.CanRead = readable;

        // Stores to a page that is clean yet must all come here, until one has made it dirty.
        translation.CanWrite = writable && !(isClean && kind != AccessKind.Write);
        bool permitted = kind switch
        {
            AccessKind.Read => readable,
            AccessKind.Write => writable,
            _ => !executeNever,
        };
        return permitted || Fail(ref translation, FaultStatus.Permission, level);
    }

    private static bool TryRead(
        SystemBus bus,
        in TranslationRegime regime,
        in Stage2Regime stage2,
        ulong address,
        bool secure,
        int level,
        ref Translation translation,
        out ulong descriptor)
    {
        descriptor = 0;
        if (stage2.IsOn && !TrySecondStage(bus, stage2, AccessKind.Read, ref address, ref translation))
        {
            return false;
        }

        return TableMemory.TryRead(bus, address, secure, regime.BigEndian, out descriptor) || Fail(ref translation, FaultStatus.ExternalOnWalk, level);
    }

    // The access flag and the dirty state, where hardware manages them (Arm ARM D5.4.8). Nothing else runs while a CPU has its turn, so that the update is atomic.
    private static bool SetFlags(
        SystemBus bus,
        in TranslationRegime regime,
        in Stage2Regime stage2,
        ulong address,
        ulong descriptor,
        bool secure,
        AccessKind kind,
        int level,
        ref Translation translation)
    {
        ulong updated = descriptor | AccessFlag;
        if (kind == AccessKind.Write && (descriptor & DirtyBitModifier) != 0 && regime.SetsDirtyState)
        {
            updated &= ~ReadOnly;
        }

        if (updated == descriptor || regime.IsInspection)
        {
            return true;
        }

        if (stage2.IsOn && !TrySecondStage(bus, stage2, AccessKind.Write, ref address, ref translation))
        {
            return false;
        }

        return TableMemory.TryWrite(bus, address, secure, regime.BigEndian, updated) || Fail(ref translation, FaultStatus.UnsupportedUpdate, 0);
    }

    private static bool TrySecondStage(SystemBus bus, in Stage2Regime stage2, AccessKind kind, ref ulong address, ref Translation translation)
    {
        bool done = Stage2Walker.Walk(bus, stage2, address, kind, privileged: true, isTableWalk: true, out Translation second);
        if (done)
        {
            address = second.PhysicalAddress;
        }
        else
        {
            translation = second;
        }

        return done;
    }

    private static bool Fail(ref Translation translation, FaultStatus fault, int level)
    {
        translation.Fault = fault + level;
        return false;
    }
}
