using System.Runtime.CompilerServices;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The functions of three words in SHA-1 and SHA-256 (FIPS 180-4, 4.1).</summary>
internal static class ShaFunctions
{
    /// <summary>A function of three words.</summary>
    internal interface IFunction
    {
        /// <summary>Its value.</summary>
        static abstract uint Apply(uint x, uint y, uint z);
    }

    public readonly struct Choose : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint Apply(uint x, uint y, uint z) => ((y ^ z) & x) ^ z;
    }

    public readonly struct Parity : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint Apply(uint x, uint y, uint z) => x ^ y ^ z;
    }

    public readonly struct Majority : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint Apply(uint x, uint y, uint z) => (x & y) | ((x | y) & z);
    }
}
