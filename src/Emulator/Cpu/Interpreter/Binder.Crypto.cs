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
}
