using System.Numerics;
using Emulator.Cpu.FloatingPoint;
using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds SIMD permutations, copies and immediates.</summary>
internal static unsafe partial class Binder
{
    private static bool UnzipVectorsPrimary(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindPermute<PermuteInstructions.Unzip<Options.Off>>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnzipVectorsSecondary(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindPermute<PermuteInstructions.Unzip<Options.On>>(operation, Q, size, Rm, Rn, Rd);

    private static bool TransposeVectorsPrimary(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindPermute<PermuteInstructions.Transpose<Options.Off>>(operation, Q, size, Rm, Rn, Rd);

    private static bool TransposeVectorsSecondary(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindPermute<PermuteInstructions.Transpose<Options.On>>(operation, Q, size, Rm, Rn, Rd);

    private static bool ZipVectorsPrimary(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindPermute<PermuteInstructions.Zip<Options.Off>>(operation, Q, size, Rm, Rn, Rd);

    private static bool ZipVectorsSecondary(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindPermute<PermuteInstructions.Zip<Options.On>>(operation, Q, size, Rm, Rn, Rd);

    private static bool TableLookup(DecodedOperation* operation, uint Q, uint Rm, uint len, uint Rn, uint Rd) =>
        BindTable<PermuteInstructions.TableLookup<Options.Off>>(operation, Q, Rm, len, Rn, Rd);

    private static bool TableLookupExtension(DecodedOperation* operation, uint Q, uint Rm, uint len, uint Rn, uint Rd) =>
        BindTable<PermuteInstructions.TableLookup<Options.On>>(operation, Q, Rm, len, Rn, Rd);

    private static bool ExtractVector(DecodedOperation* operation, uint Q, uint Rm, uint imm4, uint Rn, uint Rd)
    {
        operation->A = (byte)imm4;
        return (Q == 1 || imm4 < 8) && BindPermute<PermuteInstructions.Extract>(operation, Q, 0, Rm, Rn, Rd);
    }

    private static bool DuplicateElementScalar(DecodedOperation* operation, uint imm5, uint Rn, uint Rd)
    {
        SetElement(operation, imm5, (byte)Rn, (byte)Rd);
        return IsElement(imm5) && SelectUnsignedScalar<PermuteInstructions.DuplicateElement>(operation, ElementSize(imm5));
    }

    private static bool DuplicateElementVector(DecodedOperation* operation, uint Q, uint imm5, uint Rn, uint Rd)
    {
        SetElement(operation, imm5, (byte)Rn, (byte)Rd);
        return IsElement(imm5) && SelectUnsigned<PermuteInstructions.DuplicateElement>(operation, Q, ElementSize(imm5));
    }

    private static bool DuplicateGeneral(DecodedOperation* operation, uint Q, uint imm5, uint Rn, uint Rd)
    {
        SetElement(operation, imm5, Registers.Source(Rn), (byte)Rd);
        return IsElement(imm5) && SelectUnsigned<PermuteInstructions.DuplicateGeneral>(operation, Q, ElementSize(imm5));
    }

    private static bool InsertGeneral(DecodedOperation* operation, uint imm5, uint Rn, uint Rd)
    {
        SetElement(operation, imm5, Registers.Source(Rn), (byte)Rd);
        return IsElement(imm5) && SelectUnsigned<PermuteInstructions.InsertGeneral>(operation, 1, ElementSize(imm5));
    }

    private static bool InsertElement(DecodedOperation* operation, uint imm5, uint imm4, uint Rn, uint Rd)
    {
        SetElement(operation, imm5, (byte)Rn, (byte)Rd);
        operation->A = (byte)(imm4 >> (int)ElementSize(imm5));
        return IsElement(imm5) && SelectUnsigned<PermuteInstructions.InsertElement>(operation, 1, ElementSize(imm5));
    }

    private static bool SignedMoveElementToGeneral(DecodedOperation* operation, uint Q, uint imm5, uint Rn, uint Rd)
    {
        SetElement(operation, imm5, (byte)Rn, Registers.Destination(Rd));
        operation->Immediate = Q == 1 ? ulong.MaxValue : uint.MaxValue;
        return IsElement(imm5) && ElementSize(imm5) < 2 + Q && SelectSigned<PermuteInstructions.MoveToGeneral>(operation, 1, ElementSize(imm5));
    }

    private static bool UnsignedMoveElementToGeneral(DecodedOperation* operation, uint Q, uint imm5, uint Rn, uint Rd)
    {
        SetElement(operation, imm5, (byte)Rn, Registers.Destination(Rd));
        operation->Immediate = ulong.MaxValue;
        return IsElement(imm5) && ElementSize(imm5) == 3 == (Q == 1)
            && SelectUnsigned<PermuteInstructions.MoveToGeneral>(operation, 1, ElementSize(imm5));
    }

    private static bool ModifiedImmediate(DecodedOperation* operation, uint Q, uint op, uint abc, uint cmode, uint defgh, uint Rd)
    {
        SetVectorRegisters(operation, 0, 0, Rd);
        ulong immediate = ExpandSimdImmediate(op, cmode, (abc << 5) | defgh);
        if ((cmode & 1) == 1 && cmode < 12)
        {
            return op == 0
                ? BindSimdImmediate<ImmediateInstructions.Or<VectorWidths.Quadword>, ImmediateInstructions.Or<VectorWidths.Doubleword>>(
                    operation, Q, immediate)
                : BindSimdImmediate<ImmediateInstructions.And<VectorWidths.Quadword>, ImmediateInstructions.And<VectorWidths.Doubleword>>(
                    operation, Q, ~immediate);
        }

        // MVNI inverts; the forms with op that expand by themselves do not. FMOV of doublewords is not for 64 bits.
        bool inverts = op == 1 && cmode < 14;
        return (cmode < 15 || op == 0 || Q == 1)
            && BindSimdImmediate<ImmediateInstructions.Move<VectorWidths.Quadword>, ImmediateInstructions.Move<VectorWidths.Doubleword>>(
                operation, Q, inverts ? ~immediate : immediate);
    }

    // AdvSIMDExpandImm (Arm ARM, shared pseudocode).
    private static ulong ExpandSimdImmediate(uint op, uint cmode, uint imm8)
    {
        const ulong EachByte = 0x0101010101010101;
        const ulong EachHalfword = 0x0001000100010001;
        const ulong EachWord = 0x0000000100000001;
        switch (cmode >> 1)
        {
            case < 4:
                return EachWord * ((ulong)imm8 << (int)(8 * (cmode >> 1)));
            case < 6:
                return EachHalfword * ((ulong)imm8 << (int)(8 * ((cmode >> 1) & 1)));
            case 6:
                return EachWord * (cmode == 12 ? ((ulong)imm8 << 8) | 0xff : ((ulong)imm8 << 16) | 0xffff);
            default:
                return (cmode & 1, op) switch
                {
                    (0, 0) => EachByte * imm8,
                    (0, _) => ExpandEachBit(imm8),
                    (_, 0) => EachWord * ExpandFloat<float>(imm8),
                    _ => ExpandFloat<double>(imm8),
                };
        }
    }

    private static ulong ExpandEachBit(uint imm8)
    {
        ulong result = 0;
        for (int i = 0; i < 8; i++)
        {
            result |= (((imm8 >> i) & 1) * 0xffUL) << (8 * i);
        }

        return result;
    }

    // VFPExpandImm: a sign, three bits of exponent around zero, four bits of fraction.
    private static ulong ExpandFloat<T>(uint imm8)
        where T : unmanaged
    {
        ulong sign = imm8 >> 7;
        ulong fraction = imm8 & 0xf;
        int exponent = (int)((imm8 >> 4) & 3) + ((imm8 & 0x40) != 0 ? -3 : 1);
        return FpFormat<T>.Power(sign != 0, exponent) | (fraction << (FpFormat<T>.FractionBits - 4));
    }

    private static bool BindSimdImmediate<TFull, THalf>(DecodedOperation* operation, uint Q, ulong immediate)
        where TFull : struct, ISimdInstruction
        where THalf : struct, ISimdInstruction
    {
        operation->Immediate = immediate;
        operation->Handler = Q == 1 ? &SimdHandlers.Plain<TFull> : &SimdHandlers.Plain<THalf>;
        return true;
    }

    private static bool BindPermute<TInstruction>(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd)
        where TInstruction : struct, IVectorInstruction
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        return SelectUnsigned<TInstruction>(operation, Q, size);
    }

    private static bool BindTable<TInstruction>(DecodedOperation* operation, uint Q, uint Rm, uint len, uint Rn, uint Rd)
        where TInstruction : struct, IVectorInstruction
    {
        operation->A = (byte)(len + 1);
        return BindPermute<TInstruction>(operation, Q, 0, Rm, Rn, Rd);
    }

    // The lowest set bit of imm5 tells the width of the element, the bits above it which one.
    private static bool IsElement(uint imm5) => (imm5 & 0xf) != 0;

    private static uint ElementSize(uint imm5) => (uint)BitOperations.TrailingZeroCount(imm5 | 0x10);

    private static void SetElement(DecodedOperation* operation, uint imm5, byte Rn, byte Rd)
    {
        operation->Rd = Rd;
        operation->Rn = Rn;
        operation->B = (byte)(imm5 >> ((int)ElementSize(imm5) + 1));
    }
}
