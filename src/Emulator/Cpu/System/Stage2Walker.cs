using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>Stage 2 table walks (Arm ARM D5.2, D5.4.6 and D5.6), and how what they find is combined with stage 1 (D5.5.5).</summary>
internal static class Stage2Walker
{
    private const int LastLevel = 3;
    private const int MinimumInputBits = 25;
    private const int SmallestInputBits = 16;
    private const ulong AddressMask = 0x0000_ffff_ffff_ffff;

    // Sixteen tables of the start level may stand side by side.
    private const int ConcatenationShift = 4;

    // Block and page descriptors.
    private const int ExecuteNeverShift = 53;
    private const ulong DirtyBitModifier = 1UL << 51;
    private const ulong AccessFlag = 1UL << 10;
    private const ulong Writable = 1UL << 7;
    private const ulong Readable = 1UL << 6;

    /// <summary>Sends what stage 1 has found through stage 2.</summary>
    /// <param name="bus">The physical address space.</param>
    /// <param name="stage2">Stage 2, which is on.</param>
    /// <param name="kind">What for.</param>
    /// <param name="privileged">False for EL0, which may execute other pages.</param>
    /// <param name="translation">In: where stage 1 leads. Out: where both lead, or the fault.</param>
    /// <returns>False for a fault.</returns>
    public static bool Apply(SystemBus bus, in Stage2Regime stage2, AccessKind kind, bool privileged, ref Translation translation)
    {
        if (!Walk(bus, stage2, translation.PhysicalAddress, kind, privileged, isTableWalk: false, out Translation second))
        {
            translation = second;
            return false;
        }

        translation.PhysicalAddress = second.PhysicalAddress;
        translation.CanRead &= second.CanRead;
        translation.CanWrite &= second.CanWrite;
        translation.IsDeviceByStage2 = second.IsDevice && !MemoryAttributes.IsDevice(translation.Attributes);
        translation.IsDevice |= second.IsDevice;
        translation.Attributes = MemoryAttributes.Combine(translation.Attributes, second.Attributes);
        if (stage2.DisablesCache && !MemoryAttributes.IsDevice(translation.Attributes))
        {
            translation.Attributes = MemoryAttributes.NonCacheable;
        }

        translation.Shareability = MemoryAttributes.CombineShareability(translation.Attributes, translation.Shareability, second.Shareability);
        return true;
    }

    /// <summary>Walks the tables.</summary>
    /// <param name="bus">The physical address space.</param>
    /// <param name="stage2">Stage 2, which is on.</param>
    /// <param name="address">Intermediate physical address.</param>
    /// <param name="kind">What for.</param>
    /// <param name="privileged">False for EL0.</param>
    /// <param name="isTableWalk">True for a descriptor of stage 1.</param>
    /// <param name="translation">Where the address leads, or its fault.</param>
    /// <returns>False for a fault.</returns>
    public static bool Walk(SystemBus bus, in Stage2Regime stage2, ulong address, AccessKind kind, bool privileged, bool isTableWalk, out Translation translation)
    {
        translation = new Translation { IsStage2 = true, IsTableWalk = isTableWalk, IntermediateAddress = address };
        int granule = stage2.GranuleShift;
        int stride = granule - 3;
        int inputBits = stage2.InputAddressBits;
        int outputBits = stage2.OutputAddressBits;
        int level = stage2.StartLevel;
        int startShift = ((LastLevel - level) * stride) + granule;
        if (!IsStartValid(stage2, level, inputBits - startShift) || address >> inputBits != 0)
        {
            return Fail(ref translation, FaultStatus.Translation, 0);
        }

        ulong table = stage2.TableBase & AddressMask & ~((8UL << (inputBits - startShift)) - 1);
        if (table >> outputBits != 0)
        {
            return Fail(ref translation, FaultStatus.AddressSize, 0);
        }

        int indexBits = inputBits - startShift;
        while (true)
        {
            int shift = ((LastLevel - level) * stride) + granule;
            ulong index = (address >> shift) & ((1UL << indexBits) - 1);
            if (!TableMemory.TryRead(bus, table + (index << 3), secure: false, stage2.BigEndian, out ulong descriptor))
            {
                return Fail(ref translation, FaultStatus.ExternalOnWalk, level);
            }

            bool isTable = (descriptor & 2) != 0 && level != LastLevel;
            if ((descriptor & 1) == 0 || (!isTable && !TableWalker.IsLeafAllowed(descriptor, level, granule)))
            {
                return Fail(ref translation, FaultStatus.Translation, level);
            }

            ulong output = descriptor & AddressMask & ~((1UL << (isTable ? granule : shift)) - 1);
            if (output >> outputBits != 0)
            {
                return Fail(ref translation, FaultStatus.AddressSize, level);
            }

            if (!isTable)
            {
                translation.PhysicalAddress = output | (address & ((1UL << shift) - 1));
                translation.BlockShift = shift;
                return CheckPermissions(stage2, descriptor, kind, privileged, level, ref translation)
                    && SetFlags(bus, stage2, table + (index << 3), descriptor, kind, ref translation);
            }

            table = output;
            indexBits = stride;
            level++;
        }
    }

    // AArch64.TranslationTableWalk, "inconsistent SL0 and T0SZ" (Arm ARM D5.2.6 to D5.2.8). An input size that the CPU has not is a fault too.
    private static bool IsStartValid(in Stage2Regime stage2, int level, int indexBits)
    {
        int stride = stage2.GranuleShift - 3;
        bool isLevelThere = level switch
        {
            < 0 => false,
            0 => stage2.GranuleShift == 12 && stage2.PhysicalAddressBits >= 44,
            1 => stage2.GranuleShift switch { 12 => true, 14 => stage2.PhysicalAddressBits >= 42, _ => stage2.PhysicalAddressBits >= 44 },
            _ => true,
        };
        return isLevelThere && indexBits >= 1 && indexBits <= stride + ConcatenationShift
            && stage2.InputAddressBits >= (stage2.HasSmallTables ? stage2.GranuleShift == 16 ? SmallestInputBits + 1 : SmallestInputBits : MinimumInputBits) && stage2.InputAddressBits <= stage2.PhysicalAddressBits;
    }

    private static bool CheckPermissions(in Stage2Regime stage2, ulong descriptor, AccessKind kind, bool privileged, int level, ref Translation translation)
    {
        if ((descriptor & AccessFlag) == 0 && !stage2.SetsAccessFlag)
        {
            return Fail(ref translation, FaultStatus.AccessFlag, level);
        }

        translation.Attributes = MemoryAttributes.OfStage2((int)(descriptor >> 2) & 0xf);
        translation.IsDevice = MemoryAttributes.IsDevice(translation.Attributes);
        translation.Shareability = translation.IsDevice ? 2 : (descriptor >> 8) & 3;
        translation.CanRead = (descriptor & Readable) != 0;
        bool isClean = (descriptor & Writable) == 0 && (descriptor & DirtyBitModifier) != 0 && stage2.SetsDirtyState;
        translation.CanWrite = (descriptor & Writable) != 0 || (isClean && kind == AccessKind.Write);
        bool permitted = kind switch
        {
            AccessKind.Read => translation.CanRead,
            AccessKind.Write => translation.CanWrite,
            _ => CanExecute(stage2, (int)(descriptor >> ExecuteNeverShift) & 3, privileged),
        };
        permitted &= !(translation.IsTableWalk && translation.IsDevice && stage2.ProtectsTableWalks);
        return permitted || Fail(ref translation, FaultStatus.Permission, level);
    }

    // XN[1:0]: without FEAT_XNX the lower bit does not count.
    private static bool CanExecute(in Stage2Regime stage2, int executeNever, bool privileged) => !stage2.HasExecuteNeverByLevel ? executeNever < 2 : executeNever switch
    {
        0 => true,
        1 => !privileged,
        2 => false,
        _ => privileged,
    };

    // The access flag and the dirty state, where hardware manages them (Arm ARM D5.4.8).
    private static bool SetFlags(SystemBus bus, in Stage2Regime stage2, ulong address, ulong descriptor, AccessKind kind, ref Translation translation)
    {
        ulong updated = descriptor | AccessFlag;
        if (kind == AccessKind.Write && (descriptor & DirtyBitModifier) != 0 && stage2.SetsDirtyState)
        {
            updated |= Writable;
        }

        if (updated != descriptor && !stage2.IsInspection && !TableMemory.TryWrite(bus, address, secure: false, stage2.BigEndian, updated))
        {
            return Fail(ref translation, FaultStatus.UnsupportedUpdate, 0);
        }

        translation.IsStage2 = false;
        return true;
    }

    private static bool Fail(ref Translation translation, FaultStatus fault, int level)
    {
        translation.Fault = fault + level;
        return false;
    }
}
