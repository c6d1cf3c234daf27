using System.Numerics;
using System.Runtime.CompilerServices;

namespace Emulator.Cpu.Interpreter;

/// <summary>The four shifts of register operands.</summary>
internal static unsafe class Shifts
{
    public readonly struct LogicalLeft : IShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T value, int amount)
            where T : unmanaged, IBinaryInteger<T> => value << amount;
    }

    public readonly struct LogicalRight : IShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T value, int amount)
            where T : unmanaged, IBinaryInteger<T> => value >>> amount;
    }

    public readonly struct ArithmeticRight : IShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T value, int amount)
            where T : unmanaged, IBinaryInteger<T> =>
            sizeof(T) == 4
                ? T.CreateTruncating(int.CreateTruncating(value) >> amount)
                : T.CreateTruncating(long.CreateTruncating(value) >> amount);
    }

    public readonly struct RotateRight : IShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T value, int amount)
            where T : unmanaged, IBinaryInteger<T> => T.RotateRight(value, amount);
    }
}
