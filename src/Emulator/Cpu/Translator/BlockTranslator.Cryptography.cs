using System.Runtime.Intrinsics.X86;
using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>AES, where the host has it (Arm ARM C7.2.9 to C7.2.12).</summary>
internal sealed unsafe partial class BlockTranslator
{
    private bool TryWriteCryptography()
    {
        if (!Aes.IsSupported)
        {
            return false;
        }

        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.AesSingleRoundEncryption:
                return WriteAesRound(HostVector.AesEncryptLast);
            case A64Opcode.AesSingleRoundDecryption:
                return WriteAesRound(HostVector.AesDecryptLast);
            case A64Opcode.AesMixColumns:
                // A round of the host without its other steps, which are undone before.
                int zero = Zero(1);
                _assembler.Vector(HostVector.AesDecryptLast, 0, ReadVector(FieldN, 0), zero);
                _assembler.Vector(HostVector.AesEncrypt, 0, 0, zero);
                return FinishWhole(0);
            case A64Opcode.AesInverseMixColumns:
                _assembler.Vector(HostVector.AesInverseMixColumns, 0, 0, VectorOperand(FieldN));
                return FinishWhole(0);
            default:
                return false;
        }
    }

    // The guest adds the key first, the host last.
    private bool WriteAesRound(HostVector round)
    {
        _assembler.Vector(HostVector.ExclusiveOr, 0, ReadVector(FieldD, 0), VectorOperand(FieldN));
        _assembler.Vector(round, 0, 0, Zero(1));
        return FinishWhole(0);
    }
}
