using System.Runtime.CompilerServices;

namespace Emulator.Cpu.Interpreter;

/// <summary>General-purpose registers as handlers use them: 64 bits, or 32 bits with the upper half read as nothing and written as zero.</summary>
internal static unsafe class Registers
{
    /// <summary>Reads a register as a <see cref="Word32"/> or <see cref="Word64"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(CpuState* state, int index)
        where T : unmanaged, IWord<T> => T.Truncate(state->X[index]);

    /// <summary>Writes a register from a <see cref="Word32"/> or <see cref="Word64"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<T>(CpuState* state, int index, T value)
        where T : unmanaged, IWord<T> => state->X[index] = T.Widen(value);

    /// <summary>Index of a source where 31 is the zero register.</summary>
    public static byte Source(uint register) => register == 31 ? (byte)CpuState.Zero : (byte)register;

    /// <summary>Index of a destination where 31 is the zero register.</summary>
    public static byte Destination(uint register) => register == 31 ? (byte)CpuState.Sink : (byte)register;

    /// <summary>Index of a register where 31 is the stack pointer.</summary>
    public static byte OrStackPointer(uint register) => (byte)register;
}
