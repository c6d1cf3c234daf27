using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;

namespace Emulator.Cpu.Translator;

/// <summary>
/// NZCV that are computed again where a load or store leaves generated code, which is seldom, instead of being stored before each: what has set them is a comparison, or has another
/// destination than its sources, and these are as they were.
/// </summary>
internal static unsafe class RepeatableFlags
{
    /// <summary>Says whether NZCV can be computed again at all loads and stores up to the next instruction that writes them.</summary>
    /// <param name="instructions">What has set NZCV, and the rest of the block.</param>
    public static bool CanBe(ReadOnlySpan<BlockInstruction> instructions)
    {
        DecodedOperation* setter = instructions[0].Operation;
        int rn = setter->Rn;
        int rm;
        switch ((A64Opcode)setter->Opcode)
        {
            case A64Opcode.AddImmediateSetFlags or A64Opcode.SubtractImmediateSetFlags or A64Opcode.AndImmediateSetFlags:
                rm = CpuState.Zero;
                break;
            case A64Opcode.AddShiftedRegisterSetFlags or A64Opcode.SubtractShiftedRegisterSetFlags or A64Opcode.AndShiftedRegisterSetFlags
                or A64Opcode.BitClearShiftedRegisterSetFlags or A64Opcode.AddExtendedRegisterSetFlags or A64Opcode.SubtractExtendedRegisterSetFlags:
                rm = setter->Rm;
                break;
            default:
                return false;
        }

        bool isChanged = setter->Rd == rn || setter->Rd == rm;
        for (int i = 1; i < instructions.Length && !instructions[i].Has(InstructionTraits.WritesFlags); i++)
        {
            // A load or store leaves before it changes anything.
            if (isChanged && instructions[i].Has(InstructionTraits.PlainAccess))
            {
                return false;
            }

            isChanged |= MayWrite(instructions[i], rn) || MayWrite(instructions[i], rm);
        }

        return true;
    }

    // Whether an instruction may write a general-purpose register: true for what is not looked at more closely.
    private static bool MayWrite(in BlockInstruction instruction, int register)
    {
        var opcode = (A64Opcode)instruction.Operation->Opcode;
        if (register == CpuState.Zero || instruction.Has(InstructionTraits.Conditional) || opcode == A64Opcode.Branch)
        {
            return false;
        }

        if (instruction.Has(InstructionTraits.PlainAccess))
        {
            return (WritesBase(opcode) && instruction.Operation->Rn == register)
                || (!IsStore(opcode) && (instruction.Operation->Rd == register || instruction.Operation->Ra == register));
        }

        return !instruction.Has(InstructionTraits.Translated)
            || instruction.Has(InstructionTraits.MayLeave | InstructionTraits.System | InstructionTraits.UsesVectors)
            || instruction.Operation->Rd == register;
    }

    private static bool WritesBase(A64Opcode opcode) => opcode is
        A64Opcode.StoreRegisterPostIndexed or A64Opcode.LoadRegisterPostIndexed or A64Opcode.LoadSignedRegisterPostIndexed
        or A64Opcode.StoreRegisterPreIndexed or A64Opcode.LoadRegisterPreIndexed or A64Opcode.LoadSignedRegisterPreIndexed
        or A64Opcode.StorePairPostIndexed or A64Opcode.StorePairPreIndexed or A64Opcode.LoadPairPostIndexed or A64Opcode.LoadPairPreIndexed
        or A64Opcode.LoadPairSignedWordPostIndexed or A64Opcode.LoadPairSignedWordPreIndexed;

    private static bool IsStore(A64Opcode opcode) => opcode is
        A64Opcode.StoreRegisterUnsignedOffset or A64Opcode.StoreRegisterUnscaled or A64Opcode.StoreRegisterPostIndexed or A64Opcode.StoreRegisterPreIndexed
        or A64Opcode.StoreRegisterRegisterOffset or A64Opcode.StoreNonTemporalPair or A64Opcode.StorePairPostIndexed or A64Opcode.StorePairSignedOffset
        or A64Opcode.StorePairPreIndexed;
}
