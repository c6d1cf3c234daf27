namespace Emulator.Cpu.System;

/// <summary>Which performance events instructions give, as sets with a bit for each <see cref="PerformanceEvent"/>.</summary>
internal static class PerformanceEvents
{
    /// <summary>Events that come with every instruction.</summary>
    public const ulong EveryInstruction = (1UL << (int)PerformanceEvent.Instruction) | (1UL << (int)PerformanceEvent.Cycle) | (1UL << (int)PerformanceEvent.InstructionSpeculated);

    /// <summary>Events that only some instructions give.</summary>
    public const ulong SomeInstructions = Load | Store | Branch | Immediate | Return | (1UL << (int)PerformanceEvent.PcWrite);

    /// <summary>All events: PMCEID0_EL0 in the lower half, PMCEID1_EL0 in the upper one.</summary>
    public const ulong All = EveryInstruction | SomeInstructions | (1UL << (int)PerformanceEvent.SoftwareIncrement) | (1UL << (int)PerformanceEvent.Chain)
        | (1UL << (int)PerformanceEvent.ExceptionTaken) | (1UL << (int)PerformanceEvent.ExceptionReturn);

    private const ulong Access = 1UL << (int)PerformanceEvent.MemoryAccess;
    private const ulong Load = (1UL << (int)PerformanceEvent.Load) | Access;
    private const ulong Store = (1UL << (int)PerformanceEvent.Store) | Access;
    private const ulong Branch = 1UL << (int)PerformanceEvent.Branch;
    private const ulong Immediate = 1UL << (int)PerformanceEvent.ImmediateBranch;
    private const ulong Return = 1UL << (int)PerformanceEvent.Return;

    /// <summary>The set of an event's number, empty for one that is not counted.</summary>
    public static ulong Of(ulong number) => number < 64 ? All & (1UL << (int)number) : 0;

    /// <summary>The events that an instruction gives besides those of every one.</summary>
    /// <param name="instruction">A word that is allocated and has been executed.</param>
    /// <param name="isTaken">True when it was not followed by the next one.</param>
    public static ulong OfInstruction(uint instruction, bool isTaken)
    {
        ulong taken = isTaken ? 1UL << (int)PerformanceEvent.PcWrite : 0;
        if ((instruction & 0x0a00_0000) == 0x0800_0000)
        {
            return OfLoadOrStore(instruction);
        }

        if ((instruction & 0x7c00_0000) == 0x1400_0000 || (instruction & 0xff00_0000) == 0x5400_0000 || (instruction & 0x7c00_0000) == 0x3400_0000)
        {
            return Branch | Immediate | taken;
        }

        if ((instruction & 0xfe00_0000) != 0xd600_0000)
        {
            return 0;
        }

        // BR, BLR and RET, with authentication or without; ERET is no branch but an exception return.
        return ((instruction >> 21) & 7) switch
        {
            0 or 1 => Branch | taken,
            2 => Branch | Return | taken,
            _ => taken,
        };
    }

    // The classes of Arm ARM C4.1.4.
    private static ulong OfLoadOrStore(uint instruction)
    {
        const uint LoadBit = 1 << 22;
        const uint RegisterBit = 1 << 21;
        ulong byBit = (instruction & LoadBit) != 0 ? Load : Store;
        bool isSimd = (instruction & (1u << 26)) != 0;
        switch ((instruction >> 24) & 0x3b)
        {
            case 0b001000 or 0b001001 when !isSimd:
                // Exclusives, acquires and releases; CAS, CASP.
                bool isCompareAndSwap = (instruction & RegisterBit) != 0 && ((instruction & (1u << 23)) != 0 || instruction >> 31 == 0);
                return isCompareAndSwap ? Load | Store : byBit;
            case 0b011000:
                return instruction >> 30 == 3 && !isSimd ? 0 : Load;
            case 0b011001:
                return (instruction & 0x00c0_0000) == 0 ? Store : Load;
            case 0b111000 or 0b111001:
                break;
            default:
                return byBit;
        }

        bool isScaled = ((instruction >> 24) & 1) != 0;
        if (isSimd || (!isScaled && (instruction & RegisterBit) != 0 && (instruction & 0x400) != 0))
        {
            return isSimd ? byBit : Load;
        }

        if (!isScaled && (instruction & (RegisterBit | 0xc00)) == RegisterBit)
        {
            // LDAPR is a load, the other atomics are both.
            return (instruction & 0x0000_f000) == 0x0000_c000 ? Load : Load | Store;
        }

        return (instruction & 0x00c0_0000) switch
        {
            0 => Store,
            0x0080_0000 when instruction >> 30 == 3 => 0,
            _ => Load,
        };
    }
}
