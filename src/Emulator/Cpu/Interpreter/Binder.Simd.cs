using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Chooses the handler of a SIMD instruction by the width of its elements and of its registers.</summary>
internal static unsafe partial class Binder
{
    // The precision as the field ftype has it, where sz is 0 for single and 1 for double.
    private const uint HalfPrecision = 3;

    private static void SetVectorRegisters(DecodedOperation* operation, uint Rm, uint Rn, uint Rd)
    {
        operation->Rm = (byte)Rm;
        operation->Rn = (byte)Rn;
        operation->Rd = (byte)Rd;
    }

    private static bool SelectUnsigned<TInstruction>(DecodedOperation* operation, uint Q, uint size)
        where TInstruction : struct, IVectorInstruction
    {
        operation->Handler = (size, Q) switch
        {
            (0, 0) => &SimdHandlers.Vector<TInstruction, byte, VectorWidths.Doubleword>,
            (0, _) => &SimdHandlers.Vector<TInstruction, byte, VectorWidths.Quadword>,
            (1, 0) => &SimdHandlers.Vector<TInstruction, ushort, VectorWidths.Doubleword>,
            (1, _) => &SimdHandlers.Vector<TInstruction, ushort, VectorWidths.Quadword>,
            (2, 0) => &SimdHandlers.Vector<TInstruction, uint, VectorWidths.Doubleword>,
            (2, _) => &SimdHandlers.Vector<TInstruction, uint, VectorWidths.Quadword>,
            _ => &SimdHandlers.Vector<TInstruction, ulong, VectorWidths.Quadword>,
        };
        return size != 3 || Q == 1;
    }

    private static bool SelectSigned<TInstruction>(DecodedOperation* operation, uint Q, uint size)
        where TInstruction : struct, IVectorInstruction
    {
        operation->Handler = (size, Q) switch
        {
            (0, 0) => &SimdHandlers.Vector<TInstruction, sbyte, VectorWidths.Doubleword>,
            (0, _) => &SimdHandlers.Vector<TInstruction, sbyte, VectorWidths.Quadword>,
            (1, 0) => &SimdHandlers.Vector<TInstruction, short, VectorWidths.Doubleword>,
            (1, _) => &SimdHandlers.Vector<TInstruction, short, VectorWidths.Quadword>,
            (2, 0) => &SimdHandlers.Vector<TInstruction, int, VectorWidths.Doubleword>,
            (2, _) => &SimdHandlers.Vector<TInstruction, int, VectorWidths.Quadword>,
            _ => &SimdHandlers.Vector<TInstruction, long, VectorWidths.Quadword>,
        };
        return size != 3 || Q == 1;
    }

    private static bool SelectUnsignedScalar<TInstruction>(DecodedOperation* operation, uint size)
        where TInstruction : struct, IVectorInstruction
    {
        operation->Handler = size switch
        {
            0 => &SimdHandlers.Vector<TInstruction, byte, VectorWidths.Scalar>,
            1 => &SimdHandlers.Vector<TInstruction, ushort, VectorWidths.Scalar>,
            2 => &SimdHandlers.Vector<TInstruction, uint, VectorWidths.Scalar>,
            _ => &SimdHandlers.Vector<TInstruction, ulong, VectorWidths.Scalar>,
        };
        return true;
    }

    private static bool SelectSignedScalar<TInstruction>(DecodedOperation* operation, uint size)
        where TInstruction : struct, IVectorInstruction
    {
        operation->Handler = size switch
        {
            0 => &SimdHandlers.Vector<TInstruction, sbyte, VectorWidths.Scalar>,
            1 => &SimdHandlers.Vector<TInstruction, short, VectorWidths.Scalar>,
            2 => &SimdHandlers.Vector<TInstruction, int, VectorWidths.Scalar>,
            _ => &SimdHandlers.Vector<TInstruction, long, VectorWidths.Scalar>,
        };
        return true;
    }

    // The size is that of the narrow elements.
    private static bool SelectLongUnsigned<TInstruction>(DecodedOperation* operation, uint size)
        where TInstruction : struct, ILongInstruction
    {
        operation->Handler = size switch
        {
            0 => &SimdHandlers.Long<TInstruction, byte, ushort, VectorWidths.Quadword>,
            1 => &SimdHandlers.Long<TInstruction, ushort, uint, VectorWidths.Quadword>,
            _ => &SimdHandlers.Long<TInstruction, uint, ulong, VectorWidths.Quadword>,
        };
        return size < 3;
    }

    private static bool SelectLongSigned<TInstruction>(DecodedOperation* operation, uint size)
        where TInstruction : struct, ILongInstruction
    {
        operation->Handler = size switch
        {
            0 => &SimdHandlers.Long<TInstruction, sbyte, short, VectorWidths.Quadword>,
            1 => &SimdHandlers.Long<TInstruction, short, int, VectorWidths.Quadword>,
            _ => &SimdHandlers.Long<TInstruction, int, long, VectorWidths.Quadword>,
        };
        return size < 3;
    }

    private static bool SelectFloat<TInstruction>(DecodedOperation* operation, uint Q, uint sz)
        where TInstruction : struct, IFloatInstruction
    {
        operation->Handler = (sz, Q) switch
        {
            (HalfPrecision, 0) => &SimdHandlers.Float<TInstruction, Half, VectorWidths.Doubleword>,
            (HalfPrecision, _) => &SimdHandlers.Float<TInstruction, Half, VectorWidths.Quadword>,
            (0, 0) => &SimdHandlers.Float<TInstruction, float, VectorWidths.Doubleword>,
            (0, _) => &SimdHandlers.Float<TInstruction, float, VectorWidths.Quadword>,
            _ => &SimdHandlers.Float<TInstruction, double, VectorWidths.Quadword>,
        };
        return sz != 1 || Q == 1;
    }

    private static bool SelectFloatScalar<TInstruction>(DecodedOperation* operation, uint sz)
        where TInstruction : struct, IFloatInstruction
    {
        operation->Handler = sz switch
        {
            0 => &SimdHandlers.Float<TInstruction, float, VectorWidths.Scalar>,
            1 => &SimdHandlers.Float<TInstruction, double, VectorWidths.Scalar>,
            _ => &SimdHandlers.Float<TInstruction, Half, VectorWidths.Scalar>,
        };
        return sz != 2;
    }
}
