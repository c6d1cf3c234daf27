using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>AES, SHA-1 and SHA-256 (Arm ARM C4.1.94), where the host has them, and CRC-32.</summary>
internal sealed unsafe partial class BlockTranslator
{
    // The order of four elements, inverted.
    private const int Inverted = 0x1b;

    // x^32 + x^26 + ... + 1 with the highest power first, and its inverse modulo x^64.
    private const ulong CrcPolynomial = 0x1_db71_0641;
    private const ulong CrcInverse = 0xb4e5_b025_f701_1641;

    private bool TryWriteCryptography() => (HostFeatures.HasAes && TryWriteAes()) || TryWriteSha1() || (HostFeatures.HasSha && TryWriteSha());

    private bool TryWriteAes()
    {
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

    // What is a few instructions of any host.
    private bool TryWriteSha1()
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.Sha1FixedRotate:
                ExtractElement(2, FieldN, 0, Rax);
                _assembler.Shift(HostShift.Rol, false, Rax, 30);
                return FinishFromRax(isDouble: false);
            case A64Opcode.Sha1ScheduleUpdate0:
                int first = ReadVector(FieldD, 1);
                _assembler.Vector(HostVector.AlignBytes, 0, ReadVector(FieldN, 0), first, Doubleword);
                _assembler.Vector(HostVector.ExclusiveOr, 0, 0, first);
                _assembler.Vector(HostVector.ExclusiveOr, 0, 0, VectorOperand(FieldM));
                return FinishWhole(0);
            case A64Opcode.Sha1ScheduleUpdate1:
                // The last word takes in the first one, rotated once more.
                _assembler.VectorShiftBytes(HostShift.Shr, 0, ReadVector(FieldN, 0), 4);
                _assembler.Vector(HostVector.ExclusiveOr, 0, 0, VectorOperand(FieldD));
                RotateLeftByOne();
                _assembler.Vector(HostVector.MoveUnaligned, 2, 0, 0);
                _assembler.VectorShiftBytes(HostShift.Shl, 0, 0, 12);
                RotateLeftByOne();
                _assembler.Vector(HostVector.ExclusiveOr, 0, 0, 2);
                return FinishWhole(0);
            default:
                return false;
        }
    }

    // XMM0, with XMM1.
    private void RotateLeftByOne()
    {
        _assembler.VectorShift(HostShift.Shr, 4, 1, 0, 31);
        _assembler.Vector(HostVector.AddDoublewords, 0, 0, 0);
        _assembler.Vector(HostVector.Or, 0, 0, 1);
    }

    private bool TryWriteSha()
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.Sha1HashUpdateChoose:
                return WriteSha1Rounds(0, 0x5a82_7999);
            case A64Opcode.Sha1HashUpdateParity:
                return WriteSha1Rounds(1, 0x6ed9_eba1);
            case A64Opcode.Sha1HashUpdateMajority:
                return WriteSha1Rounds(2, 0x8f1b_bcdc);
            case A64Opcode.Sha256HashUpdatePart1:
                WriteSha256Rounds(FieldD, FieldN);
                return FinishSha256(HostVector.InterleaveHighQuadwords);
            case A64Opcode.Sha256HashUpdatePart2:
                WriteSha256Rounds(FieldN, FieldD);
                return FinishSha256(HostVector.InterleaveLowQuadwords);
            case A64Opcode.Sha256ScheduleUpdate0:
                _ = CopyVector(FieldD, 0);
                _assembler.Sha(HostSha.Sha256Schedule1, 0, ReadVector(FieldN, 1));
                return FinishWhole(0);
            case A64Opcode.Sha256ScheduleUpdate1:
                int last = ReadVector(FieldM, 1);
                _assembler.Vector(HostVector.AlignBytes, 0, last, VectorOperand(FieldN), 4);
                _assembler.Vector(HostVector.AddDoublewords, 0, 0, VectorOperand(FieldD));
                _assembler.Sha(HostSha.Sha256Schedule2, 0, last);
                return FinishWhole(0);
            default:
                return false;
        }
    }

    // The host adds the constant by itself, and expects the fifth word of the hash in the first of the message.
    private bool WriteSha1Rounds(int kind, uint constant)
    {
        LoadTrimmed(FieldN, 1, 4);
        _assembler.Vector(HostVector.AddDoublewords, 1, 1, VectorOperand(FieldM));
        _assembler.Vector(HostVector.SubtractDoublewords, 1, 1, Splat(2, constant));
        _assembler.Vector(HostVector.ShuffleDoublewords, 1, 0, 1, Inverted);
        _assembler.Vector(HostVector.ShuffleDoublewords, 0, 0, VectorOperand(FieldD), Inverted);
        _assembler.Sha(HostSha.Sha1Rounds, 0, 1, kind);
        _assembler.Vector(HostVector.ShuffleDoublewords, 0, 0, 0, Inverted);
        return FinishWhole(0);
    }

    // The guest has a to d in one register and e to h in the other; the host FEBA (here XMM3) and HGDC (XMM1), first element first. Two rounds swap them.
    private void WriteSha256Rounds(int upper, int lower)
    {
        const int upperHalf = 0b1110;
        _assembler.Vector(HostVector.ShuffleDoublewords, 1, 0, VectorOperand(upper), Inverted);
        _assembler.Vector(HostVector.ShuffleDoublewords, 2, 0, VectorOperand(lower), Inverted);
        _assembler.Vector(HostVector.InterleaveHighQuadwords, 3, 2, 1);
        _assembler.Vector(HostVector.InterleaveLowQuadwords, 1, 2, 1);
        _ = CopyVector(FieldM, 0);
        _assembler.Sha(HostSha.Sha256Rounds, 1, 3);
        _assembler.Vector(HostVector.ShuffleDoublewords, 0, 0, 0, upperHalf);
        _assembler.Sha(HostSha.Sha256Rounds, 3, 1);
    }

    private bool FinishSha256(HostVector interleave)
    {
        _assembler.Vector(interleave, 0, 1, 3);
        _assembler.Vector(HostVector.ShuffleDoublewords, 0, 0, 0, Inverted);
        return FinishWhole(0);
    }

    // Barrett's reduction, lowest bit first: the multiple of the polynomial that makes the data zero is found by its inverse; what it adds behind them is the rest.
    private void WriteCrc32()
    {
        int bits = 8 << ((int)(_operation->Encoding >> 10) & 3);
        bool wide = bits == 64;
        _assembler.Mov(false, Rax, Operand(_operation->Rn));
        _assembler.LoadSized(bits / 8, Rdx, Operand(_operation->Rm));
        _assembler.Arithmetic(HostArithmetic.Xor, true, wide ? Rdx : Rax, wide ? Rax : Rdx);
        if (!wide)
        {
            _assembler.Mov(true, Rdx, Rax);
            _assembler.Shift(HostShift.Shl, true, Rdx, 64 - bits);
        }

        _assembler.Vector(HostVector.MoveFromQuadword, 0, 0, Rdx);
        _assembler.Vector(HostVector.CarrylessMultiply, 0, 0, Constant(CrcInverse, 0), 0);
        _assembler.Vector(HostVector.CarrylessMultiply, 0, 0, Constant(CrcPolynomial, 0), 0);
        _assembler.Vector(HostVector.ExtractDoubleword, 0, 0, Rdx, 2);
        if (bits < 32)
        {
            // Of narrow data, the upper bits of the checksum are still to come.
            _assembler.Shift(HostShift.Shr, false, Rax, bits);
            _assembler.Arithmetic(HostArithmetic.Xor, false, Rdx, Rax);
        }

        Write(_operation->Rd, Rdx);
    }
}
