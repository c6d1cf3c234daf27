using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds the cryptographic instructions (Arm ARM C4.1.83 to C4.1.85).</summary>
internal static unsafe partial class Binder
{
    private static bool AesSingleRoundEncryption(DecodedOperation* operation, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.AesEncrypt>(operation, 0, Rn, Rn, Rd);

    private static bool AesSingleRoundDecryption(DecodedOperation* operation, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.AesDecrypt>(operation, 0, Rn, Rn, Rd);

    private static bool AesMixColumns(DecodedOperation* operation, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.AesMixColumns>(operation, 0, Rn, Rn, Rd);

    private static bool AesInverseMixColumns(DecodedOperation* operation, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.AesInverseMixColumns>(operation, 0, Rn, Rn, Rd);

    private static bool Sha1FixedRotate(DecodedOperation* operation, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.Sha1FixedRotate>(operation, 0, Rn, Rn, Rd);

    private static bool Sha1ScheduleUpdate1(DecodedOperation* operation, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.Sha1ScheduleUpdate1>(operation, 0, Rn, Rn, Rd);

    private static bool Sha256ScheduleUpdate0(DecodedOperation* operation, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.Sha256ScheduleUpdate0>(operation, 0, Rn, Rn, Rd);

    private static bool Sha1HashUpdateChoose(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.Sha1HashUpdate<ShaFunctions.Choose>>(operation, 0, Rm, Rn, Rd);

    private static bool Sha1HashUpdateParity(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.Sha1HashUpdate<ShaFunctions.Parity>>(operation, 0, Rm, Rn, Rd);

    private static bool Sha1HashUpdateMajority(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.Sha1HashUpdate<ShaFunctions.Majority>>(operation, 0, Rm, Rn, Rd);

    private static bool Sha1ScheduleUpdate0(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.Sha1ScheduleUpdate0>(operation, 0, Rm, Rn, Rd);

    private static bool Sha256HashUpdatePart1(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.Sha256HashUpdate<Options.Off>>(operation, 0, Rm, Rn, Rd);

    private static bool Sha256HashUpdatePart2(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.Sha256HashUpdate<Options.On>>(operation, 0, Rm, Rn, Rd);

    private static bool Sha256ScheduleUpdate1(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<CryptoInstructions.Sha256ScheduleUpdate1>(operation, 0, Rm, Rn, Rd);

    private static bool Sha512HashUpdatePart1(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<Sha512Instructions.HashUpdatePart1>(operation, 0, Rm, Rn, Rd);

    private static bool Sha512HashUpdatePart2(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<Sha512Instructions.HashUpdatePart2>(operation, 0, Rm, Rn, Rd);

    private static bool Sha512ScheduleUpdate0(DecodedOperation* operation, uint Rn, uint Rd) =>
        BindThreeRegisters<Sha512Instructions.ScheduleUpdate0>(operation, 0, Rn, Rn, Rd);

    private static bool Sha512ScheduleUpdate1(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<Sha512Instructions.ScheduleUpdate1>(operation, 0, Rm, Rn, Rd);

    private static bool ThreeWayExclusiveOr(DecodedOperation* operation, uint Rm, uint Ra, uint Rn, uint Rd) =>
        BindFourRegisters<Sha3Instructions.ThreeWayExclusiveOr>(operation, Rm, Ra, Rn, Rd);

    private static bool BitClearAndExclusiveOr(DecodedOperation* operation, uint Rm, uint Ra, uint Rn, uint Rd) =>
        BindFourRegisters<Sha3Instructions.BitClearAndExclusiveOr>(operation, Rm, Ra, Rn, Rd);

    private static bool RotateAndExclusiveOr(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<Sha3Instructions.RotateAndExclusiveOr>(operation, 0, Rm, Rn, Rd);

    private static bool ExclusiveOrAndRotate(DecodedOperation* operation, uint Rm, uint imm6, uint Rn, uint Rd) =>
        BindThreeRegisters<Sha3Instructions.ExclusiveOrAndRotate>(operation, imm6, Rm, Rn, Rd);

    private static bool Sm3Update(DecodedOperation* operation, uint Rm, uint Ra, uint Rn, uint Rd) =>
        BindFourRegisters<Sm3Instructions.Update>(operation, Rm, Ra, Rn, Rd);

    private static bool Sm3RoundFirstA(DecodedOperation* operation, uint Rm, uint imm2, uint Rn, uint Rd) =>
        BindThreeRegisters<Sm3Instructions.Round<Options.Off, ShaFunctions.Parity>>(operation, imm2, Rm, Rn, Rd);

    private static bool Sm3RoundFirstB(DecodedOperation* operation, uint Rm, uint imm2, uint Rn, uint Rd) =>
        BindThreeRegisters<Sm3Instructions.Round<Options.Off, ShaFunctions.Majority>>(operation, imm2, Rm, Rn, Rd);

    private static bool Sm3RoundSecondA(DecodedOperation* operation, uint Rm, uint imm2, uint Rn, uint Rd) =>
        BindThreeRegisters<Sm3Instructions.Round<Options.On, ShaFunctions.Parity>>(operation, imm2, Rm, Rn, Rd);

    private static bool Sm3RoundSecondB(DecodedOperation* operation, uint Rm, uint imm2, uint Rn, uint Rd) =>
        BindThreeRegisters<Sm3Instructions.Round<Options.On, ShaFunctions.Choose>>(operation, imm2, Rm, Rn, Rd);

    private static bool Sm3MessagePart1(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<Sm3Instructions.MessagePart1>(operation, 0, Rm, Rn, Rd);

    private static bool Sm3MessagePart2(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<Sm3Instructions.MessagePart2>(operation, 0, Rm, Rn, Rd);

    private static bool Sm4Encode(DecodedOperation* operation, uint Rn, uint Rd) =>
        BindThreeRegisters<Sm4Instructions.Encode>(operation, 0, Rn, Rd, Rd);

    private static bool Sm4Key(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<Sm4Instructions.Key>(operation, 0, Rm, Rn, Rd);

    private static bool BindFourRegisters<TInstruction>(DecodedOperation* operation, uint Rm, uint Ra, uint Rn, uint Rd)
        where TInstruction : struct, ISimdInstruction
    {
        operation->Ra = (byte)Ra;
        return BindThreeRegisters<TInstruction>(operation, 0, Rm, Rn, Rd);
    }
}
