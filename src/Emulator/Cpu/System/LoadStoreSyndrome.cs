namespace Emulator.Cpu.System;

/// <summary>
/// What a Data Abort of stage 2 tells of the instruction, so that a hypervisor can do the access itself: ESR_EL2.ISS[24:14] (Arm ARM D13.2.37). Only loads and
/// stores of one general-purpose register that write no base back and are not exclusive are told of.
/// </summary>
internal static class LoadStoreSyndrome
{
    private const uint IsValid = 1u << 24;
    private const int SizeShift = 22;
    private const uint SignExtend = 1u << 21;
    private const int RegisterShift = 16;
    private const uint SixtyFour = 1u << 15;
    private const uint AcquireRelease = 1u << 14;

    /// <summary>ISV, SAS, SSE, SRT, SF and AR of an instruction; zero when ISV is.</summary>
    public static uint Of(uint instruction)
    {
        if ((instruction & 0x3f00_0000) == 0x1800_0000)
        {
            return OfLiteral(instruction);
        }

        if ((instruction & 0x3fa0_0000) == 0x0880_0000)
        {
            // LDAR, STLR, LDLAR, STLLR.
            return Describe(instruction, signed: false, instruction >> 30 == 3) | ((instruction & 0x8000) != 0 ? AcquireRelease : 0);
        }

        if ((instruction & 0x3f20_0c00) == 0x1900_0000)
        {
            // LDAPUR, STLUR.
            return OfRegister(instruction) | AcquireRelease;
        }

        if ((instruction & 0x3fff_fc00) == 0x38bf_c000)
        {
            // LDAPR.
            return Describe(instruction, signed: false, instruction >> 30 == 3) | AcquireRelease;
        }

        bool isUnsignedOffset = (instruction & 0x3f00_0000) == 0x3900_0000;
        bool isUnscaledOrUnprivileged = (instruction & 0x3f20_0400) == 0x3800_0000;
        bool isRegisterOffset = (instruction & 0x3f20_0c00) == 0x3820_0800;
        return isUnsignedOffset || isUnscaledOrUnprivileged || isRegisterOffset ? OfRegister(instruction) : 0;
    }

    // LDR and LDRSW relative to the PC: opc, for the size, stands where the others have their size.
    private static uint OfLiteral(uint instruction) => (instruction >> 30) switch
    {
        0 => Describe((2u << 30) | (instruction & 31), signed: false, wide: false),
        1 => Describe((3u << 30) | (instruction & 31), signed: false, wide: true),
        2 => Describe((2u << 30) | (instruction & 31), signed: true, wide: true),
        _ => 0,
    };

    // opc: 0 stores, 1 loads, 2 loads and extends the sign to 64 bits, 3 to 32.
    private static uint OfRegister(uint instruction)
    {
        uint opc = (instruction >> 22) & 3;
        return Describe(instruction, opc >= 2, opc == 2 || instruction >> 30 == 3);
    }

    private static uint Describe(uint instruction, bool signed, bool wide) =>
        IsValid | ((instruction >> 30) << SizeShift) | ((instruction & 31) << RegisterShift) | (signed ? SignExtend : 0) | (wide ? SixtyFour : 0);
}
