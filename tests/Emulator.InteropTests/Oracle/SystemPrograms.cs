using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Programs for the system group: what both CPUs have is tried with its effect made visible, what neither has must be UNDEFINED on both.</summary>
internal sealed class SystemPrograms(OracleRandom random)
{
    private const uint ReadRegister = 0xd530_0000;
    private const uint WriteRegister = 0xd510_0000;
    private const uint SystemInstruction = 0xd508_0000;
    private const uint LoadExclusive = 0xc85f_7c1f;
    private const uint StoreExclusive = 0xc800_7c00;

    // Read and written without an effect on the cases that follow.
    private static readonly uint[] Registers =
    [
        Encode(3, 3, 4, 2, 0), // NZCV
        Encode(3, 3, 4, 4, 0), // FPCR
        Encode(3, 3, 4, 4, 1), // FPSR
        Encode(3, 3, 4, 2, 1), // DAIF
        Encode(3, 3, 13, 0, 2), // TPIDR_EL0
        Encode(3, 3, 13, 0, 3), // TPIDRRO_EL0
        Encode(3, 0, 13, 0, 4), // TPIDR_EL1
        Encode(3, 0, 4, 0, 1), // ELR_EL1
        Encode(3, 0, 6, 0, 0), // FAR_EL1
    ];

    private static readonly uint[] ReadOnlyRegisters =
    [
        Encode(3, 0, 4, 2, 2), // CurrentEL
        Encode(3, 3, 0, 0, 1), // CTR_EL0
        Encode(3, 3, 0, 0, 7), // DCZID_EL0
        Encode(3, 0, 0, 0, 0), // MIDR_EL1
        Encode(3, 0, 0, 6, 0), // ID_AA64ISAR0_EL1
    ];

    private static readonly uint[] Instructions =
    [
        Encode(1, 3, 7, 5, 1), // IC IVAU
        Encode(1, 0, 7, 5, 0), // IC IALLU
        Encode(1, 0, 7, 1, 0), // IC IALLUIS
        Encode(1, 3, 7, 10, 1), // DC CVAC
        Encode(1, 3, 7, 11, 1), // DC CVAU
        Encode(1, 3, 7, 14, 1), // DC CIVAC
        Encode(1, 0, 7, 6, 1), // DC IVAC
        Encode(1, 0, 7, 6, 2), // DC ISW
        Encode(1, 0, 7, 10, 2), // DC CSW
        Encode(1, 0, 7, 14, 2), // DC CISW
        Encode(1, 0, 8, 7, 0), // TLBI VMALLE1
        Encode(1, 0, 8, 7, 1), // TLBI VAE1
        Encode(1, 0, 8, 3, 2), // TLBI ASIDE1IS
    ];

    private static readonly uint ZeroByAddress = Encode(1, 3, 7, 4, 1);

    /// <summary>A program whose tried word is of a row, or null where any word of the row will do.</summary>
    public OracleProgram? Create(A64Row row) => row.Opcode switch
    {
        A64Opcode.MoveFromSystemRegister => Read(),
        A64Opcode.MoveToSystemRegister => Write(),
        A64Opcode.MoveImmediateToProcessState => WriteImmediate(),
        A64Opcode.SystemInstruction => Execute(),
        A64Opcode.ClearExclusive => Clear(),
        _ => null,
    };

    private static uint Encode(uint op0, uint op1, uint crn, uint crm, uint op2) =>
        (op0 << 19) | (op1 << 16) | (crn << 12) | (crm << 8) | (op2 << 5);

    private OracleProgram Read()
    {
        uint target = random.Register();
        switch (random.Below(10))
        {
            case 0:
                return new([ReadRegister | Unallocated() | target], 0);
            case < 4:
                return new([ReadRegister | Pick(ReadOnlyRegisters) | target], 0);
            default:
                uint register = Pick(Registers);
                return new([WriteRegister | register | random.Register(), ReadRegister | register | target], 1);
        }
    }

    private OracleProgram Write()
    {
        uint source = random.Register();
        if (random.Percent(20))
        {
            return new([WriteRegister | (random.Percent(50) ? Unallocated() : Pick(ReadOnlyRegisters)) | source], 0);
        }

        uint register = Pick(Registers);
        return new([WriteRegister | register | source, ReadRegister | register | (uint)random.Below(31)], 0);
    }

    // MSR DAIFSet and DAIFClr, shown by DAIF; the others are of later architectures. SPSel stays as it is: the stack pointers are not part of the state here.
    private OracleProgram WriteImmediate()
    {
        const uint immediate = 0xd500_401f;
        const uint set = (3u << 16) | (6u << 5);
        const uint clear = (3u << 16) | (7u << 5);
        const uint selectStackPointer = 5u << 5;
        uint mask = Encode(3, 3, 4, 2, 1);
        uint value = (uint)random.Below(16) << 8;
        uint other = ((uint)random.Below(8) << 16) | ((uint)random.Below(8) << 5);
        uint which = random.Below(5) switch
        {
            < 2 => set,
            < 4 => clear,
            _ => other == selectStackPointer ? set : other,
        };
        return new([WriteRegister | mask | random.Register(), immediate | which | value, ReadRegister | mask | (uint)random.Below(31)], 1);
    }

    private OracleProgram Execute()
    {
        uint instruction = random.Below(10) switch
        {
            < 6 => ZeroByAddress,
            < 9 => Pick(Instructions),
            _ => Encode(1, (uint)random.Below(8), 11, (uint)random.Below(16), (uint)random.Below(8)),
        };

        // Not XZR: address 0 is only mapped where the MMU is off.
        return new([SystemInstruction | instruction | (uint)random.Below(31)], 0);
    }

    // Whether the monitor is clear shows in the status of a store.
    private OracleProgram Clear()
    {
        uint clear = 0xd503_305f | ((uint)random.Below(16) << 8);
        uint address = (uint)random.Below(30) << 5;
        return new([LoadExclusive | address, clear, StoreExclusive | (30u << 16) | address], 1);
    }

    // Space for implementations that none of the CPUs uses.
    private uint Unallocated() => Encode(3, random.Percent(50) ? 0u : 3u, 11, (uint)random.Below(16), (uint)random.Below(8));

    private uint Pick(uint[] encodings) => encodings[random.Below(encodings.Length)];
}
