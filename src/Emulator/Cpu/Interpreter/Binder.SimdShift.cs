using System.Numerics;
using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds SIMD shifts by an immediate.</summary>
internal static unsafe partial class Binder
{
    private static bool SignedShiftRightScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        immh >= 8 && BindShiftRightSignedScalar<VectorShifts.Right>(operation, immh, immb, Rn, Rd);

    private static bool SignedShiftRightVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftRightSigned<VectorShifts.Right>(operation, Q, immh, immb, Rn, Rd);

    private static bool SignedShiftRightAccumulateScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        immh >= 8 && BindShiftRightSignedScalar<VectorShifts.Accumulate<VectorShifts.Right>>(operation, immh, immb, Rn, Rd);

    private static bool SignedShiftRightAccumulateVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftRightSigned<VectorShifts.Accumulate<VectorShifts.Right>>(operation, Q, immh, immb, Rn, Rd);

    private static bool SignedRoundingShiftRightScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        immh >= 8 && BindShiftRightSignedScalar<VectorShifts.RoundingRight>(operation, immh, immb, Rn, Rd);

    private static bool SignedRoundingShiftRightVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftRightSigned<VectorShifts.RoundingRight>(operation, Q, immh, immb, Rn, Rd);

    private static bool SignedRoundingShiftRightAccumulateScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        immh >= 8 && BindShiftRightSignedScalar<VectorShifts.Accumulate<VectorShifts.RoundingRight>>(operation, immh, immb, Rn, Rd);

    private static bool SignedRoundingShiftRightAccumulateVector(
        DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftRightSigned<VectorShifts.Accumulate<VectorShifts.RoundingRight>>(operation, Q, immh, immb, Rn, Rd);

    private static bool UnsignedShiftRightScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        immh >= 8 && BindShiftRightUnsignedScalar<VectorShifts.Right>(operation, immh, immb, Rn, Rd);

    private static bool UnsignedShiftRightVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftRightUnsigned<VectorShifts.Right>(operation, Q, immh, immb, Rn, Rd);

    private static bool UnsignedShiftRightAccumulateScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        immh >= 8 && BindShiftRightUnsignedScalar<VectorShifts.Accumulate<VectorShifts.Right>>(operation, immh, immb, Rn, Rd);

    private static bool UnsignedShiftRightAccumulateVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftRightUnsigned<VectorShifts.Accumulate<VectorShifts.Right>>(operation, Q, immh, immb, Rn, Rd);

    private static bool UnsignedRoundingShiftRightScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        immh >= 8 && BindShiftRightUnsignedScalar<VectorShifts.RoundingRight>(operation, immh, immb, Rn, Rd);

    private static bool UnsignedRoundingShiftRightVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftRightUnsigned<VectorShifts.RoundingRight>(operation, Q, immh, immb, Rn, Rd);

    private static bool UnsignedRoundingShiftRightAccumulateScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        immh >= 8 && BindShiftRightUnsignedScalar<VectorShifts.Accumulate<VectorShifts.RoundingRight>>(operation, immh, immb, Rn, Rd);

    private static bool UnsignedRoundingShiftRightAccumulateVector(
        DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftRightUnsigned<VectorShifts.Accumulate<VectorShifts.RoundingRight>>(operation, Q, immh, immb, Rn, Rd);

    private static bool ShiftRightInsertScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        immh >= 8 && BindShiftRightUnsignedScalar<VectorShifts.RightInsert>(operation, immh, immb, Rn, Rd);

    private static bool ShiftRightInsertVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftRightUnsigned<VectorShifts.RightInsert>(operation, Q, immh, immb, Rn, Rd);

    private static bool ShiftLeftScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        immh >= 8 && BindShiftLeftUnsignedScalar<VectorShifts.Left>(operation, immh, immb, Rn, Rd);

    private static bool ShiftLeftVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftLeftUnsigned<VectorShifts.Left>(operation, Q, immh, immb, Rn, Rd);

    private static bool ShiftLeftInsertScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        immh >= 8 && BindShiftLeftUnsignedScalar<VectorShifts.LeftInsert>(operation, immh, immb, Rn, Rd);

    private static bool ShiftLeftInsertVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftLeftUnsigned<VectorShifts.LeftInsert>(operation, Q, immh, immb, Rn, Rd);

    private static bool SignedSaturatingShiftLeftUnsignedScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftLeftSignedScalar<VectorShifts.SaturatingLeftUnsigned>(operation, immh, immb, Rn, Rd);

    private static bool SignedSaturatingShiftLeftUnsignedVector(
        DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftLeftSigned<VectorShifts.SaturatingLeftUnsigned>(operation, Q, immh, immb, Rn, Rd);

    private static bool SignedSaturatingShiftLeftScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftLeftSignedScalar<VectorShifts.SaturatingLeft>(operation, immh, immb, Rn, Rd);

    private static bool SignedSaturatingShiftLeftVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftLeftSigned<VectorShifts.SaturatingLeft>(operation, Q, immh, immb, Rn, Rd);

    private static bool UnsignedSaturatingShiftLeftScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftLeftUnsignedScalar<VectorShifts.SaturatingLeft>(operation, immh, immb, Rn, Rd);

    private static bool UnsignedSaturatingShiftLeftVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftLeftUnsigned<VectorShifts.SaturatingLeft>(operation, Q, immh, immb, Rn, Rd);

    // Narrowing and widening
    private static bool ShiftRightNarrow(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowUnsigned<VectorNarrowings.Truncating, Options.Off>(operation, Q, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool RoundingShiftRightNarrow(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowUnsigned<VectorNarrowings.Truncating, Options.On>(operation, Q, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool SignedSaturatingShiftRightUnsignedNarrowScalar(
        DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowToUnsignedScalar<VectorNarrowings.Saturating, Options.Off>(operation, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool SignedSaturatingShiftRightUnsignedNarrowVector(
        DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowToUnsigned<VectorNarrowings.Saturating, Options.Off>(operation, Q, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool SignedSaturatingRoundingShiftRightUnsignedNarrowScalar(
        DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowToUnsignedScalar<VectorNarrowings.Saturating, Options.On>(operation, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool SignedSaturatingRoundingShiftRightUnsignedNarrowVector(
        DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowToUnsigned<VectorNarrowings.Saturating, Options.On>(operation, Q, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool SignedSaturatingShiftRightNarrowScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowSignedScalar<VectorNarrowings.Saturating, Options.Off>(operation, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool SignedSaturatingShiftRightNarrowVector(
        DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowSigned<VectorNarrowings.Saturating, Options.Off>(operation, Q, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool SignedSaturatingRoundingShiftRightNarrowScalar(
        DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowSignedScalar<VectorNarrowings.Saturating, Options.On>(operation, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool SignedSaturatingRoundingShiftRightNarrowVector(
        DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowSigned<VectorNarrowings.Saturating, Options.On>(operation, Q, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool UnsignedSaturatingShiftRightNarrowScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowUnsignedScalar<VectorNarrowings.Saturating, Options.Off>(operation, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool UnsignedSaturatingShiftRightNarrowVector(
        DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowUnsigned<VectorNarrowings.Saturating, Options.Off>(operation, Q, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool UnsignedSaturatingRoundingShiftRightNarrowScalar(
        DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowUnsignedScalar<VectorNarrowings.Saturating, Options.On>(operation, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool UnsignedSaturatingRoundingShiftRightNarrowVector(
        DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindNarrowUnsigned<VectorNarrowings.Saturating, Options.On>(operation, Q, NarrowSize(immh), NarrowShift(immh, immb), Rn, Rd);

    private static bool SignedShiftLeftLong(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftLeftLongSigned(operation, Q, ShiftSize(immh), ShiftLeftAmount(immh, immb), Rn, Rd);

    private static bool UnsignedShiftLeftLong(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindShiftLeftLongUnsigned(operation, Q, ShiftSize(immh), ShiftLeftAmount(immh, immb), Rn, Rd);

    // The highest set bit of immh tells the width of the elements.
    private static uint ShiftSize(uint immh) => (uint)BitOperations.Log2(immh);

    private static int ShiftRightAmount(uint immh, uint immb) => (16 << (int)ShiftSize(immh)) - (int)((immh << 3) | immb);

    private static int ShiftLeftAmount(uint immh, uint immb) => (int)((immh << 3) | immb) - (8 << (int)ShiftSize(immh));

    // Of narrowing shifts it is the width of the result's elements.
    private static uint NarrowSize(uint immh) => ShiftSize(immh);

    private static int NarrowShift(uint immh, uint immb) => ShiftRightAmount(immh, immb);

    private static bool BindShiftRightSigned<TShift>(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd)
        where TShift : struct, IVectorShift
    {
        SetShift(operation, ShiftRightAmount(immh, immb), Rn, Rd);
        return SelectSigned<ShiftInstructions.Same<TShift>>(operation, Q, ShiftSize(immh));
    }

    private static bool BindShiftRightUnsigned<TShift>(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd)
        where TShift : struct, IVectorShift
    {
        SetShift(operation, ShiftRightAmount(immh, immb), Rn, Rd);
        return SelectUnsigned<ShiftInstructions.Same<TShift>>(operation, Q, ShiftSize(immh));
    }

    private static bool BindShiftLeftSigned<TShift>(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd)
        where TShift : struct, IVectorShift
    {
        SetShift(operation, ShiftLeftAmount(immh, immb), Rn, Rd);
        return SelectSigned<ShiftInstructions.Same<TShift>>(operation, Q, ShiftSize(immh));
    }

    private static bool BindShiftLeftUnsigned<TShift>(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd)
        where TShift : struct, IVectorShift
    {
        SetShift(operation, ShiftLeftAmount(immh, immb), Rn, Rd);
        return SelectUnsigned<ShiftInstructions.Same<TShift>>(operation, Q, ShiftSize(immh));
    }

    private static bool BindShiftRightSignedScalar<TShift>(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd)
        where TShift : struct, IVectorShift
    {
        SetShift(operation, ShiftRightAmount(immh, immb), Rn, Rd);
        return SelectSignedScalar<ShiftInstructions.Same<TShift>>(operation, ShiftSize(immh));
    }

    private static bool BindShiftRightUnsignedScalar<TShift>(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd)
        where TShift : struct, IVectorShift
    {
        SetShift(operation, ShiftRightAmount(immh, immb), Rn, Rd);
        return SelectUnsignedScalar<ShiftInstructions.Same<TShift>>(operation, ShiftSize(immh));
    }

    private static bool BindShiftLeftSignedScalar<TShift>(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd)
        where TShift : struct, IVectorShift
    {
        SetShift(operation, ShiftLeftAmount(immh, immb), Rn, Rd);
        return SelectSignedScalar<ShiftInstructions.Same<TShift>>(operation, ShiftSize(immh));
    }

    private static bool BindShiftLeftUnsignedScalar<TShift>(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd)
        where TShift : struct, IVectorShift
    {
        SetShift(operation, ShiftLeftAmount(immh, immb), Rn, Rd);
        return SelectUnsignedScalar<ShiftInstructions.Same<TShift>>(operation, ShiftSize(immh));
    }

    private static bool BindShiftLeftLongSigned(DecodedOperation* operation, uint Q, uint size, int amount, uint Rn, uint Rd)
    {
        SetShift(operation, amount, Rn, Rd);
        operation->A = (byte)Q;
        return SelectLongSigned<ShiftInstructions.LeftLong>(operation, size);
    }

    private static bool BindShiftLeftLongUnsigned(DecodedOperation* operation, uint Q, uint size, int amount, uint Rn, uint Rd)
    {
        SetShift(operation, amount, Rn, Rd);
        operation->A = (byte)Q;
        return SelectLongUnsigned<ShiftInstructions.LeftLong>(operation, size);
    }

    private static bool BindNarrowSigned<TNarrowing, TRounding>(
        DecodedOperation* operation, uint Q, uint size, int amount, uint Rn, uint Rd)
        where TNarrowing : struct, IVectorNarrowing
        where TRounding : struct, IOption
    {
        SetShift(operation, amount, Rn, Rd);
        operation->A = (byte)Q;
        return SelectLongSigned<ShiftInstructions.RightNarrow<TNarrowing, TRounding>>(operation, size);
    }

    private static bool BindNarrowUnsigned<TNarrowing, TRounding>(
        DecodedOperation* operation, uint Q, uint size, int amount, uint Rn, uint Rd)
        where TNarrowing : struct, IVectorNarrowing
        where TRounding : struct, IOption
    {
        SetShift(operation, amount, Rn, Rd);
        operation->A = (byte)Q;
        return SelectLongUnsigned<ShiftInstructions.RightNarrow<TNarrowing, TRounding>>(operation, size);
    }

    private static bool BindNarrowToUnsigned<TNarrowing, TRounding>(
        DecodedOperation* operation, uint Q, uint size, int amount, uint Rn, uint Rd)
        where TNarrowing : struct, IVectorNarrowing
        where TRounding : struct, IOption
    {
        SetShift(operation, amount, Rn, Rd);
        operation->A = (byte)Q;
        operation->Handler = size switch
        {
            0 => &SimdHandlers.Long<ShiftInstructions.RightNarrow<TNarrowing, TRounding>, byte, short, VectorWidths.Quadword>,
            1 => &SimdHandlers.Long<ShiftInstructions.RightNarrow<TNarrowing, TRounding>, ushort, int, VectorWidths.Quadword>,
            _ => &SimdHandlers.Long<ShiftInstructions.RightNarrow<TNarrowing, TRounding>, uint, long, VectorWidths.Quadword>,
        };
        return size != 3;
    }

    private static bool BindNarrowSignedScalar<TNarrowing, TRounding>(
        DecodedOperation* operation, uint size, int amount, uint Rn, uint Rd)
        where TNarrowing : struct, IVectorNarrowing
        where TRounding : struct, IOption
    {
        SetShift(operation, amount, Rn, Rd);
        operation->A = 0;
        operation->Handler = size switch
        {
            0 => &SimdHandlers.Long<ShiftInstructions.RightNarrow<TNarrowing, TRounding>, sbyte, short, VectorWidths.Scalar>,
            1 => &SimdHandlers.Long<ShiftInstructions.RightNarrow<TNarrowing, TRounding>, short, int, VectorWidths.Scalar>,
            _ => &SimdHandlers.Long<ShiftInstructions.RightNarrow<TNarrowing, TRounding>, int, long, VectorWidths.Scalar>,
        };
        return size != 3;
    }

    private static bool BindNarrowUnsignedScalar<TNarrowing, TRounding>(
        DecodedOperation* operation, uint size, int amount, uint Rn, uint Rd)
        where TNarrowing : struct, IVectorNarrowing
        where TRounding : struct, IOption
    {
        SetShift(operation, amount, Rn, Rd);
        operation->A = 0;
        operation->Handler = size switch
        {
            0 => &SimdHandlers.Long<ShiftInstructions.RightNarrow<TNarrowing, TRounding>, byte, ushort, VectorWidths.Scalar>,
            1 => &SimdHandlers.Long<ShiftInstructions.RightNarrow<TNarrowing, TRounding>, ushort, uint, VectorWidths.Scalar>,
            _ => &SimdHandlers.Long<ShiftInstructions.RightNarrow<TNarrowing, TRounding>, uint, ulong, VectorWidths.Scalar>,
        };
        return size != 3;
    }

    private static bool BindNarrowToUnsignedScalar<TNarrowing, TRounding>(
        DecodedOperation* operation, uint size, int amount, uint Rn, uint Rd)
        where TNarrowing : struct, IVectorNarrowing
        where TRounding : struct, IOption
    {
        SetShift(operation, amount, Rn, Rd);
        operation->A = 0;
        operation->Handler = size switch
        {
            0 => &SimdHandlers.Long<ShiftInstructions.RightNarrow<TNarrowing, TRounding>, byte, short, VectorWidths.Scalar>,
            1 => &SimdHandlers.Long<ShiftInstructions.RightNarrow<TNarrowing, TRounding>, ushort, int, VectorWidths.Scalar>,
            _ => &SimdHandlers.Long<ShiftInstructions.RightNarrow<TNarrowing, TRounding>, uint, long, VectorWidths.Scalar>,
        };
        return size != 3;
    }

    private static void SetShift(DecodedOperation* operation, int amount, uint Rn, uint Rd)
    {
        SetVectorRegisters(operation, Rn, Rn, Rd);
        operation->B = (byte)amount;
    }
}
