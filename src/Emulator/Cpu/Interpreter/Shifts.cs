using System.Runtime.CompilerServices;

namespace Emulator.Cpu.Interpreter;

/// <summary>The four shifts of register operands.</summary>
internal static unsafe class Shifts
{
    public readonly struct LogicalLeft : IShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T value, int amount)
            where T : unmanaged, IWord<T> => value << amount;
    }

    public readonly struct LogicalRight : IShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T value, int amount)
            where T : unmanaged, IWord<T> => value >>> amount;
    }

    public readonly struct ArithmeticRight : IShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T value, int amount)
            where T : unmanaged, IWord<T> => value >> amount;
    }

    public readonly struct RotateRight : IShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T value, int amount)
            where T : unmanaged, IWord<T> => T.RotateRight(value, amount);
    }
}
