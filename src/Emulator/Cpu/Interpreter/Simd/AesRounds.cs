using System.Runtime.Intrinsics;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The parts of an AES round (FIPS 197, 5.1 and 5.3): by the host's instructions where it has them.</summary>
internal static unsafe class AesRounds
{
    private static readonly byte[] Substitution = CreateSubstitution();
    private static readonly byte[] InverseSubstitution = Invert(Substitution);

    /// <summary>ShiftRows and SubBytes.</summary>
    public static Vector128<byte> ShiftAndSubstitute(Vector128<byte> state) => X86Aes.IsSupported
        ? X86Aes.EncryptLast(state, Vector128<byte>.Zero)
        : SubstitutePortably(state, Substitution, step: 5);

    /// <summary>InvShiftRows and InvSubBytes.</summary>
    public static Vector128<byte> InverseShiftAndSubstitute(Vector128<byte> state) => X86Aes.IsSupported
        ? X86Aes.DecryptLast(state, Vector128<byte>.Zero)
        : SubstitutePortably(state, InverseSubstitution, step: 13);

    /// <summary>MixColumns.</summary>
    public static Vector128<byte> MixColumns(Vector128<byte> state) => X86Aes.IsSupported
        ? X86Aes.Encrypt(X86Aes.DecryptLast(state, Vector128<byte>.Zero), Vector128<byte>.Zero)
        : MixPortably(state);

    /// <summary>InvMixColumns.</summary>
    public static Vector128<byte> InverseMixColumns(Vector128<byte> state) => X86Aes.IsSupported
        ? X86Aes.InverseMixColumns(state)
        : InverseMixPortably(state);

    /// <summary>ShiftRows and SubBytes without the host's help: byte i comes from byte i * 5 in the columns' order, or i * 13 for the inverse.</summary>
    internal static Vector128<byte> SubstitutePortably(Vector128<byte> state, bool inverse) =>
        SubstitutePortably(state, inverse ? InverseSubstitution : Substitution, inverse ? 13 : 5);

    /// <summary>MixColumns without the host's help: 2a + 3b + c + d in each byte of a column, turned.</summary>
    internal static Vector128<byte> MixPortably(Vector128<byte> state)
    {
        Vector128<byte> next = RotateColumns(state, 8);
        Vector128<byte> doubled = Double(state ^ next);
        return doubled ^ next ^ RotateColumns(state, 16) ^ RotateColumns(state, 24);
    }

    /// <summary>InvMixColumns without the host's help: a first step makes MixColumns its own inverse.</summary>
    internal static Vector128<byte> InverseMixPortably(Vector128<byte> state)
    {
        Vector128<byte> quadrupled = Double(Double(state ^ RotateColumns(state, 16)));
        return MixPortably(state ^ quadrupled);
    }

    private static Vector128<byte> SubstitutePortably(Vector128<byte> state, byte[] table, int step)
    {
        Vector128<byte> result = default;
        for (int i = 0; i < 16; i++)
        {
            ((byte*)&result)[i] = table[((byte*)&state)[(i * step) & 15]];
        }

        return result;
    }

    private static Vector128<byte> RotateColumns(Vector128<byte> state, int bits) =>
        ((state.AsUInt32() >> bits) | (state.AsUInt32() << (32 - bits))).AsByte();

    // Multiplication by x modulo x^8 + x^4 + x^3 + x + 1.
    private static Vector128<byte> Double(Vector128<byte> value) =>
        (value << 1) ^ (Vector128.LessThan(value.AsSByte(), Vector128<sbyte>.Zero).AsByte() & Vector128.Create((byte)0x1b));

    // FIPS 197, 5.1.1: the inverse in the field, then an affine transformation. Three generates the field; its inverse goes along.
    private static byte[] CreateSubstitution()
    {
        byte[] table = new byte[256];
        byte power = 1;
        byte inverse = 1;
        do
        {
            power ^= (byte)((power << 1) ^ ((power & 0x80) != 0 ? 0x1b : 0));
            inverse = DivideByThree(inverse);
            byte value = inverse;
            table[power] = (byte)(value ^ byte.RotateLeft(value, 1) ^ byte.RotateLeft(value, 2)
                ^ byte.RotateLeft(value, 3) ^ byte.RotateLeft(value, 4) ^ 0x63);
        }
        while (power != 1);

        table[0] = 0x63;
        return table;
    }

    // Multiplication by 0xf6, the inverse of three.
    private static byte DivideByThree(byte value)
    {
        value ^= (byte)(value << 1);
        value ^= (byte)(value << 2);
        value ^= (byte)(value << 4);
        return (byte)(value ^ ((value & 0x80) != 0 ? 0x09 : 0));
    }

    private static byte[] Invert(byte[] table)
    {
        byte[] inverse = new byte[256];
        for (int i = 0; i < table.Length; i++)
        {
            inverse[table[i]] = (byte)i;
        }

        return inverse;
    }
}
