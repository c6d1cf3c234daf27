namespace Emulator.Cpu.Interpreter;

/// <summary>Binds flag manipulation (Arm ARM C3.4.12).</summary>
internal static unsafe partial class Binder
{
    private static bool InvertCarryFlag(DecodedOperation* operation) => Set(operation, &FlagHandlers.InvertCarry);

    private static bool ConvertFlagsFromExternal(DecodedOperation* operation) => Set(operation, &FlagHandlers.ConvertFromExternal);

    private static bool ConvertFlagsToExternal(DecodedOperation* operation) => Set(operation, &FlagHandlers.ConvertToExternal);

    private static bool RotateMaskInsertFlags(DecodedOperation* operation, uint imm6, uint Rn, uint mask)
    {
        operation->Rn = Registers.Source(Rn);
        operation->A = (byte)imm6;
        operation->B = (byte)mask;
        return Set(operation, &FlagHandlers.RotateMaskInsert);
    }

    private static bool EvaluateByteForFlags(DecodedOperation* operation, uint Rn) => BindEvaluate(operation, Rn, 8);

    private static bool EvaluateHalfwordForFlags(DecodedOperation* operation, uint Rn) => BindEvaluate(operation, Rn, 16);

    private static bool BindEvaluate(DecodedOperation* operation, uint Rn, byte bits)
    {
        operation->Rn = Registers.Source(Rn);
        operation->A = bits;
        return Set(operation, &FlagHandlers.Evaluate);
    }
}
