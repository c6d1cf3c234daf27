using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds scalar floating-point instructions (Arm ARM C4.1.99 to C4.1.106).</summary>
internal static unsafe partial class Binder
{
    // One source
    private static bool FloatMoveRegister(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.Move>(operation, ftype, Rn, Rd);

    private static bool FloatAbsoluteScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.Absolute>(operation, ftype, Rn, Rd);

    private static bool FloatNegateScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.Negate>(operation, ftype, Rn, Rd);

    private static bool FloatSquareRootScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.SquareRoot>(operation, ftype, Rn, Rd);

    private static bool FloatRoundToNearestScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.RoundToInteger<RoundingModes.TieToEven, Options.Off>>(operation, ftype, Rn, Rd);

    private static bool FloatRoundAwayScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.RoundToInteger<RoundingModes.TieAway, Options.Off>>(operation, ftype, Rn, Rd);

    private static bool FloatRoundUpScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.RoundToInteger<RoundingModes.Up, Options.Off>>(operation, ftype, Rn, Rd);

    private static bool FloatRoundDownScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.RoundToInteger<RoundingModes.Down, Options.Off>>(operation, ftype, Rn, Rd);

    private static bool FloatRoundToZeroScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.RoundToInteger<RoundingModes.ToZero, Options.Off>>(operation, ftype, Rn, Rd);

    private static bool FloatRoundExactScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.RoundToInteger<RoundingModes.Current, Options.On>>(operation, ftype, Rn, Rd);

    private static bool FloatRoundByModeScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.RoundToInteger<RoundingModes.Current, Options.Off>>(operation, ftype, Rn, Rd);

    private static bool FloatRound32ToZeroScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        ftype < 2 && BindFloatEachScalar<FloatUnaryOperations.RoundToLimitedInteger<RoundingModes.ToZero, Options.Off>>(operation, ftype, Rn, Rd);

    private static bool FloatRound32ExactScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        ftype < 2 && BindFloatEachScalar<FloatUnaryOperations.RoundToLimitedInteger<RoundingModes.Current, Options.Off>>(operation, ftype, Rn, Rd);

    private static bool FloatRound64ToZeroScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        ftype < 2 && BindFloatEachScalar<FloatUnaryOperations.RoundToLimitedInteger<RoundingModes.ToZero, Options.On>>(operation, ftype, Rn, Rd);

    private static bool FloatRound64ExactScalar(DecodedOperation* operation, uint ftype, uint Rn, uint Rd) =>
        ftype < 2 && BindFloatEachScalar<FloatUnaryOperations.RoundToLimitedInteger<RoundingModes.Current, Options.On>>(operation, ftype, Rn, Rd);

    // Two and three sources
    private static bool FloatMultiplyScalar(DecodedOperation* operation, uint ftype, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.Multiply>(operation, ftype, Rm, Rn, Rd);

    private static bool FloatDivideScalar(DecodedOperation* operation, uint ftype, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.Divide>(operation, ftype, Rm, Rn, Rd);

    private static bool FloatAddScalar(DecodedOperation* operation, uint ftype, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.Add>(operation, ftype, Rm, Rn, Rd);

    private static bool FloatSubtractScalar(DecodedOperation* operation, uint ftype, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.Subtract>(operation, ftype, Rm, Rn, Rd);

    private static bool FloatMaximumScalar(DecodedOperation* operation, uint ftype, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.Maximum>(operation, ftype, Rm, Rn, Rd);

    private static bool FloatMinimumScalar(DecodedOperation* operation, uint ftype, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.Minimum>(operation, ftype, Rm, Rn, Rd);

    private static bool FloatMaximumNumberScalar(DecodedOperation* operation, uint ftype, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.MaximumNumber>(operation, ftype, Rm, Rn, Rd);

    private static bool FloatMinimumNumberScalar(DecodedOperation* operation, uint ftype, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.MinimumNumber>(operation, ftype, Rm, Rn, Rd);

    private static bool FloatMultiplyNegateScalar(DecodedOperation* operation, uint ftype, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.MultiplyNegate>(operation, ftype, Rm, Rn, Rd);

    private static bool FloatMultiplyAddFused(DecodedOperation* operation, uint ftype, uint Rm, uint Ra, uint Rn, uint Rd) =>
        BindFloatFused<FloatOperations.MultiplyAdd<Options.Off, Options.Off>>(operation, ftype, Rm, Ra, Rn, Rd);

    private static bool FloatMultiplySubtractFused(DecodedOperation* operation, uint ftype, uint Rm, uint Ra, uint Rn, uint Rd) =>
        BindFloatFused<FloatOperations.MultiplyAdd<Options.On, Options.Off>>(operation, ftype, Rm, Ra, Rn, Rd);

    private static bool FloatNegateMultiplyAddFused(DecodedOperation* operation, uint ftype, uint Rm, uint Ra, uint Rn, uint Rd) =>
        BindFloatFused<FloatOperations.MultiplyAdd<Options.On, Options.On>>(operation, ftype, Rm, Ra, Rn, Rd);

    private static bool FloatNegateMultiplySubtractFused(DecodedOperation* operation, uint ftype, uint Rm, uint Ra, uint Rn, uint Rd) =>
        BindFloatFused<FloatOperations.MultiplyAdd<Options.Off, Options.On>>(operation, ftype, Rm, Ra, Rn, Rd);

    // Conversions
    private static bool FloatConvertToSignedNearestGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd) =>
        BindToGeneralSigned<RoundingModes.TieToEven>(operation, sf, ftype, 64, Rn, Rd);

    private static bool FloatConvertToUnsignedNearestGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd) =>
        BindToGeneralUnsigned<RoundingModes.TieToEven>(operation, sf, ftype, 64, Rn, Rd);

    private static bool FloatConvertToSignedAwayGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd) =>
        BindToGeneralSigned<RoundingModes.TieAway>(operation, sf, ftype, 64, Rn, Rd);

    private static bool FloatConvertToUnsignedAwayGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd) =>
        BindToGeneralUnsigned<RoundingModes.TieAway>(operation, sf, ftype, 64, Rn, Rd);

    private static bool FloatConvertToSignedUpGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd) =>
        BindToGeneralSigned<RoundingModes.Up>(operation, sf, ftype, 64, Rn, Rd);

    private static bool FloatConvertToUnsignedUpGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd) =>
        BindToGeneralUnsigned<RoundingModes.Up>(operation, sf, ftype, 64, Rn, Rd);

    private static bool FloatConvertToSignedDownGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd) =>
        BindToGeneralSigned<RoundingModes.Down>(operation, sf, ftype, 64, Rn, Rd);

    private static bool FloatConvertToUnsignedDownGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd) =>
        BindToGeneralUnsigned<RoundingModes.Down>(operation, sf, ftype, 64, Rn, Rd);

    private static bool FloatConvertToSignedZeroGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd) =>
        BindToGeneralSigned<RoundingModes.ToZero>(operation, sf, ftype, 64, Rn, Rd);

    private static bool FloatConvertToUnsignedZeroGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd) =>
        BindToGeneralUnsigned<RoundingModes.ToZero>(operation, sf, ftype, 64, Rn, Rd);

    private static bool FloatConvertToSignedFixedGeneral(DecodedOperation* operation, uint sf, uint ftype, uint scale, uint Rn, uint Rd) =>
        (sf == 1 || scale >= 32) && BindToGeneralSigned<RoundingModes.ToZero>(operation, sf, ftype, scale, Rn, Rd);

    private static bool SignedConvertToFloatGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd) =>
        BindFromGeneralSigned(operation, sf, ftype, 64, Rn, Rd);

    private static bool SignedFixedConvertToFloatGeneral(DecodedOperation* operation, uint sf, uint ftype, uint scale, uint Rn, uint Rd) =>
        (sf == 1 || scale >= 32) && BindFromGeneralSigned(operation, sf, ftype, scale, Rn, Rd);

    private static bool FloatConvertToUnsignedFixedGeneral(DecodedOperation* operation, uint sf, uint ftype, uint scale, uint Rn, uint Rd) =>
        (sf == 1 || scale >= 32) && BindToGeneralUnsigned<RoundingModes.ToZero>(operation, sf, ftype, scale, Rn, Rd);

    private static bool UnsignedConvertToFloatGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd) =>
        BindFromGeneralUnsigned(operation, sf, ftype, 64, Rn, Rd);

    private static bool UnsignedFixedConvertToFloatGeneral(DecodedOperation* operation, uint sf, uint ftype, uint scale, uint Rn, uint Rd) =>
        (sf == 1 || scale >= 32) && BindFromGeneralUnsigned(operation, sf, ftype, scale, Rn, Rd);

    private static bool JavaScriptConvertToFixed(DecodedOperation* operation, uint Rn, uint Rd)
    {
        operation->Rn = (byte)Rn;
        operation->Rd = Registers.Destination(Rd);
        operation->Handler = &SimdHandlers.Plain<FloatConversionInstructions.JavaScriptToFixed>;
        return true;
    }

    // Compare and select
    private static bool FloatCompare(DecodedOperation* operation, uint ftype, uint Rm, uint Rn, uint opc0) =>
        BindFloatCompare<FloatInstructions.Compare<Options.Off>>(operation, ftype, Rm, Rn, opc0);

    private static bool FloatCompareSignaling(DecodedOperation* operation, uint ftype, uint Rm, uint Rn, uint opc0) =>
        BindFloatCompare<FloatInstructions.Compare<Options.On>>(operation, ftype, Rm, Rn, opc0);

    private static bool FloatConditionalCompare(DecodedOperation* operation, uint ftype, uint Rm, uint cond, uint Rn, uint nzcv) =>
        BindFloatConditional<FloatInstructions.ConditionalCompare<Options.Off>>(operation, ftype, Rm, cond, Rn, nzcv);

    private static bool FloatConditionalCompareSignaling(DecodedOperation* operation, uint ftype, uint Rm, uint cond, uint Rn, uint nzcv) =>
        BindFloatConditional<FloatInstructions.ConditionalCompare<Options.On>>(operation, ftype, Rm, cond, Rn, nzcv);

    private static bool FloatConditionalSelect(DecodedOperation* operation, uint ftype, uint Rm, uint cond, uint Rn, uint Rd) =>
        BindFloatConditional<FloatInstructions.ConditionalSelect>(operation, ftype, Rm, cond, Rn, Rd);

    private static bool FloatConvertPrecision(DecodedOperation* operation, uint ftype, uint opc, uint Rn, uint Rd)
    {
        SetVectorRegisters(operation, Rn, Rn, Rd);
        operation->Handler = (ftype, opc) switch
        {
            (0, 1) => &SimdHandlers.Plain<FloatConversionInstructions.Convert<float, double>>,
            (0, 3) => &SimdHandlers.Plain<FloatConversionInstructions.Convert<float, Half>>,
            (1, 0) => &SimdHandlers.Plain<FloatConversionInstructions.Convert<double, float>>,
            (1, 3) => &SimdHandlers.Plain<FloatConversionInstructions.Convert<double, Half>>,
            (3, 0) => &SimdHandlers.Plain<FloatConversionInstructions.Convert<Half, float>>,
            (3, 1) => &SimdHandlers.Plain<FloatConversionInstructions.Convert<Half, double>>,
            _ => null,
        };
        return operation->Handler != null;
    }

    private static bool FloatMoveToGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd)
    {
        operation->Rn = (byte)Rn;
        operation->Rd = Registers.Destination(Rd);
        operation->A = 0;
        operation->Handler = ftype switch
        {
            HalfPrecision => &SimdHandlers.Plain<FloatConversionInstructions.MoveToGeneral<ushort>>,
            0 => &SimdHandlers.Plain<FloatConversionInstructions.MoveToGeneral<uint>>,
            _ => &SimdHandlers.Plain<FloatConversionInstructions.MoveToGeneral<ulong>>,
        };
        return ftype == sf || ftype == HalfPrecision;
    }

    private static bool FloatMoveTopHalfToGeneral(DecodedOperation* operation, uint Rn, uint Rd)
    {
        operation->Rn = (byte)Rn;
        operation->Rd = Registers.Destination(Rd);
        operation->A = 1;
        operation->Handler = &SimdHandlers.Plain<FloatConversionInstructions.MoveToGeneral<ulong>>;
        return true;
    }

    private static bool FloatMoveFromGeneral(DecodedOperation* operation, uint sf, uint ftype, uint Rn, uint Rd)
    {
        operation->Rn = Registers.Source(Rn);
        operation->Rd = (byte)Rd;
        operation->Handler = ftype switch
        {
            HalfPrecision => &SimdHandlers.Plain<FloatConversionInstructions.MoveFromGeneral<ushort>>,
            0 => &SimdHandlers.Plain<FloatConversionInstructions.MoveFromGeneral<uint>>,
            _ => &SimdHandlers.Plain<FloatConversionInstructions.MoveFromGeneral<ulong>>,
        };
        return ftype == sf || ftype == HalfPrecision;
    }

    private static bool FloatMoveTopHalfFromGeneral(DecodedOperation* operation, uint Rn, uint Rd)
    {
        operation->Rn = Registers.Source(Rn);
        operation->Rd = (byte)Rd;
        operation->Handler = &SimdHandlers.Plain<FloatConversionInstructions.MoveTopHalfFromGeneral>;
        return true;
    }

    private static bool FloatMoveImmediateScalar(DecodedOperation* operation, uint ftype, uint imm8, uint Rd)
    {
        SetVectorRegisters(operation, 0, 0, Rd);
        operation->Immediate = ftype switch
        {
            0 => ExpandFloat<float>(imm8),
            1 => ExpandFloat<double>(imm8),
            _ => ExpandFloat<Half>(imm8),
        };
        operation->Handler = &SimdHandlers.Plain<ImmediateInstructions.Move<VectorWidths.Doubleword>>;
        return ftype != 2;
    }

    private static bool BindFloatFused<TOperation>(DecodedOperation* operation, uint ftype, uint Rm, uint Ra, uint Rn, uint Rd)
        where TOperation : struct, IFloatOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        operation->Ra = (byte)Ra;
        return SelectFloatScalar<FloatInstructions.FourRegisters<TOperation>>(operation, ftype);
    }

    private static bool BindToGeneralSigned<TRounding>(DecodedOperation* operation, uint sf, uint ftype, uint scale, uint Rn, uint Rd)
        where TRounding : struct, IRoundingMode
    {
        SetFixed(operation, scale, (byte)Rn, Registers.Destination(Rd));
        return sf == 0
            ? SelectFloatScalar<FloatConversionInstructions.ToGeneral<int, TRounding>>(operation, ftype)
            : SelectFloatScalar<FloatConversionInstructions.ToGeneral<long, TRounding>>(operation, ftype);
    }

    private static bool BindToGeneralUnsigned<TRounding>(DecodedOperation* operation, uint sf, uint ftype, uint scale, uint Rn, uint Rd)
        where TRounding : struct, IRoundingMode
    {
        SetFixed(operation, scale, (byte)Rn, Registers.Destination(Rd));
        return sf == 0
            ? SelectFloatScalar<FloatConversionInstructions.ToGeneral<uint, TRounding>>(operation, ftype)
            : SelectFloatScalar<FloatConversionInstructions.ToGeneral<ulong, TRounding>>(operation, ftype);
    }

    private static bool BindFromGeneralSigned(DecodedOperation* operation, uint sf, uint ftype, uint scale, uint Rn, uint Rd)
    {
        SetFixed(operation, scale, Registers.Source(Rn), (byte)Rd);
        return sf == 0
            ? SelectFloatScalar<FloatConversionInstructions.FromGeneral<int>>(operation, ftype)
            : SelectFloatScalar<FloatConversionInstructions.FromGeneral<long>>(operation, ftype);
    }

    private static bool BindFromGeneralUnsigned(DecodedOperation* operation, uint sf, uint ftype, uint scale, uint Rn, uint Rd)
    {
        SetFixed(operation, scale, Registers.Source(Rn), (byte)Rd);
        return sf == 0
            ? SelectFloatScalar<FloatConversionInstructions.FromGeneral<uint>>(operation, ftype)
            : SelectFloatScalar<FloatConversionInstructions.FromGeneral<ulong>>(operation, ftype);
    }

    // 64 less the scale is the number of fraction bits.
    private static void SetFixed(DecodedOperation* operation, uint scale, byte Rn, byte Rd)
    {
        operation->Rn = Rn;
        operation->Rd = Rd;
        operation->B = (byte)(64 - scale);
    }

    private static bool BindFloatCompare<TInstruction>(DecodedOperation* operation, uint ftype, uint Rm, uint Rn, uint opc0)
        where TInstruction : struct, IFloatInstruction
    {
        SetVectorRegisters(operation, Rm, Rn, 0);
        operation->B = (byte)opc0;
        return SelectFloatScalar<TInstruction>(operation, ftype);
    }

    // The last operand is the destination, or the flags for when the condition does not hold.
    private static bool BindFloatConditional<TInstruction>(
        DecodedOperation* operation, uint ftype, uint Rm, uint cond, uint Rn, uint RdOrFlags)
        where TInstruction : struct, IFloatInstruction
    {
        SetVectorRegisters(operation, Rm, Rn, RdOrFlags);
        operation->A = (byte)cond;
        operation->B = (byte)RdOrFlags;
        return SelectFloatScalar<TInstruction>(operation, ftype);
    }
}
