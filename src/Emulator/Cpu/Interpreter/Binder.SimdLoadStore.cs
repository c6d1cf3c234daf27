using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds loads and stores of SIMD and floating-point registers.</summary>
internal static unsafe partial class Binder
{
    private static bool LoadSimdRegisterLiteral(DecodedOperation* operation, uint opc, uint imm19, uint Rt)
    {
        operation->Immediate = (ulong)LiteralOffset(operation, imm19);
        operation->Rd = (byte)Rt;
        return SelectSimdLoad<AddressModes.Literal>(operation, opc + 2);
    }

    private static bool StoreSimdRegisterUnsignedOffset(DecodedOperation* operation, uint size, uint opc1, uint imm12, uint Rn, uint Rt) =>
        BindSimdStore<AddressModes.Offset>(operation, size, opc1, (long)imm12 << (int)SimdScale(size, opc1), Rn, Rt);

    private static bool LoadSimdRegisterUnsignedOffset(DecodedOperation* operation, uint size, uint opc1, uint imm12, uint Rn, uint Rt) =>
        BindSimdLoad<AddressModes.Offset>(operation, size, opc1, (long)imm12 << (int)SimdScale(size, opc1), Rn, Rt);

    private static bool StoreSimdRegisterUnscaled(DecodedOperation* operation, uint size, uint opc1, uint imm9, uint Rn, uint Rt) =>
        BindSimdStore<AddressModes.Offset>(operation, size, opc1, SignExtend(imm9, 9), Rn, Rt);

    private static bool LoadSimdRegisterUnscaled(DecodedOperation* operation, uint size, uint opc1, uint imm9, uint Rn, uint Rt) =>
        BindSimdLoad<AddressModes.Offset>(operation, size, opc1, SignExtend(imm9, 9), Rn, Rt);

    private static bool StoreSimdRegisterPostIndexed(DecodedOperation* operation, uint size, uint opc1, uint imm9, uint Rn, uint Rt) =>
        BindSimdStore<AddressModes.PostIndexed>(operation, size, opc1, SignExtend(imm9, 9), Rn, Rt);

    private static bool LoadSimdRegisterPostIndexed(DecodedOperation* operation, uint size, uint opc1, uint imm9, uint Rn, uint Rt) =>
        BindSimdLoad<AddressModes.PostIndexed>(operation, size, opc1, SignExtend(imm9, 9), Rn, Rt);

    private static bool StoreSimdRegisterPreIndexed(DecodedOperation* operation, uint size, uint opc1, uint imm9, uint Rn, uint Rt) =>
        BindSimdStore<AddressModes.PreIndexed>(operation, size, opc1, SignExtend(imm9, 9), Rn, Rt);

    private static bool LoadSimdRegisterPreIndexed(DecodedOperation* operation, uint size, uint opc1, uint imm9, uint Rn, uint Rt) =>
        BindSimdLoad<AddressModes.PreIndexed>(operation, size, opc1, SignExtend(imm9, 9), Rn, Rt);

    private static bool StoreSimdRegisterRegisterOffset(
        DecodedOperation* operation, uint size, uint opc1, uint Rm, uint option, uint S, uint Rn, uint Rt) =>
        BindRegisterOffset(operation, SimdScale(size, opc1), Rm, option, S)
        && BindSimdStore<AddressModes.RegisterOffset>(operation, size, opc1, 0, Rn, Rt);

    private static bool LoadSimdRegisterRegisterOffset(
        DecodedOperation* operation, uint size, uint opc1, uint Rm, uint option, uint S, uint Rn, uint Rt) =>
        BindRegisterOffset(operation, SimdScale(size, opc1), Rm, option, S)
        && BindSimdLoad<AddressModes.RegisterOffset>(operation, size, opc1, 0, Rn, Rt);

    private static bool StoreSimdNonTemporalPair(DecodedOperation* operation, uint opc, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindSimdStorePair<AddressModes.Offset>(operation, opc, imm7, Rt2, Rn, Rt);

    private static bool LoadSimdNonTemporalPair(DecodedOperation* operation, uint opc, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindSimdLoadPair<AddressModes.Offset>(operation, opc, imm7, Rt2, Rn, Rt);

    private static bool StoreSimdPairPostIndexed(DecodedOperation* operation, uint opc, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindSimdStorePair<AddressModes.PostIndexed>(operation, opc, imm7, Rt2, Rn, Rt);

    private static bool LoadSimdPairPostIndexed(DecodedOperation* operation, uint opc, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindSimdLoadPair<AddressModes.PostIndexed>(operation, opc, imm7, Rt2, Rn, Rt);

    private static bool StoreSimdPairSignedOffset(DecodedOperation* operation, uint opc, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindSimdStorePair<AddressModes.Offset>(operation, opc, imm7, Rt2, Rn, Rt);

    private static bool LoadSimdPairSignedOffset(DecodedOperation* operation, uint opc, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindSimdLoadPair<AddressModes.Offset>(operation, opc, imm7, Rt2, Rn, Rt);

    private static bool StoreSimdPairPreIndexed(DecodedOperation* operation, uint opc, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindSimdStorePair<AddressModes.PreIndexed>(operation, opc, imm7, Rt2, Rn, Rt);

    private static bool LoadSimdPairPreIndexed(DecodedOperation* operation, uint opc, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindSimdLoadPair<AddressModes.PreIndexed>(operation, opc, imm7, Rt2, Rn, Rt);

    // log2 of the bytes; more than 4 is not allocated.
    private static uint SimdScale(uint size, uint opc1) => size + (4 * opc1);

    private static bool BindSimdLoad<TMode>(DecodedOperation* operation, uint size, uint opc1, long offset, uint Rn, uint Rt)
        where TMode : struct, IAddressMode
    {
        SetOperands(operation, offset, Rn, (byte)Rt);
        return Rn == 31
            ? SelectSimdLoad<AddressModes.OnStack<TMode>>(operation, SimdScale(size, opc1))
            : SelectSimdLoad<TMode>(operation, SimdScale(size, opc1));
    }

    private static bool BindSimdStore<TMode>(DecodedOperation* operation, uint size, uint opc1, long offset, uint Rn, uint Rt)
        where TMode : struct, IAddressMode
    {
        SetOperands(operation, offset, Rn, (byte)Rt);
        return Rn == 31
            ? SelectSimdStore<AddressModes.OnStack<TMode>>(operation, SimdScale(size, opc1))
            : SelectSimdStore<TMode>(operation, SimdScale(size, opc1));
    }

    private static bool BindSimdLoadPair<TMode>(DecodedOperation* operation, uint opc, uint imm7, uint Rt2, uint Rn, uint Rt)
        where TMode : struct, IAddressMode
    {
        SetOperands(operation, SignExtend(imm7, 7) << (int)(2 + opc), Rn, (byte)Rt);
        operation->Ra = (byte)Rt2;
        operation->Handler = (opc, Rn) switch
        {
            (0, 31) => &SimdLoadStoreHandlers.LoadPair<AddressModes.OnStack<TMode>, uint>,
            (0, _) => &SimdLoadStoreHandlers.LoadPair<TMode, uint>,
            (1, 31) => &SimdLoadStoreHandlers.LoadPair<AddressModes.OnStack<TMode>, ulong>,
            (1, _) => &SimdLoadStoreHandlers.LoadPair<TMode, ulong>,
            (_, 31) => &SimdLoadStoreHandlers.LoadPair<AddressModes.OnStack<TMode>, UInt128>,
            _ => &SimdLoadStoreHandlers.LoadPair<TMode, UInt128>,
        };
        return true;
    }

    private static bool BindSimdStorePair<TMode>(DecodedOperation* operation, uint opc, uint imm7, uint Rt2, uint Rn, uint Rt)
        where TMode : struct, IAddressMode
    {
        SetOperands(operation, SignExtend(imm7, 7) << (int)(2 + opc), Rn, (byte)Rt);
        operation->Ra = (byte)Rt2;
        operation->Handler = (opc, Rn) switch
        {
            (0, 31) => &SimdLoadStoreHandlers.StorePair<AddressModes.OnStack<TMode>, uint>,
            (0, _) => &SimdLoadStoreHandlers.StorePair<TMode, uint>,
            (1, 31) => &SimdLoadStoreHandlers.StorePair<AddressModes.OnStack<TMode>, ulong>,
            (1, _) => &SimdLoadStoreHandlers.StorePair<TMode, ulong>,
            (_, 31) => &SimdLoadStoreHandlers.StorePair<AddressModes.OnStack<TMode>, UInt128>,
            _ => &SimdLoadStoreHandlers.StorePair<TMode, UInt128>,
        };
        return true;
    }

    private static bool SelectSimdLoad<TMode>(DecodedOperation* operation, uint scale)
        where TMode : struct, IAddressMode
    {
        operation->Handler = scale switch
        {
            0 => &SimdLoadStoreHandlers.Load<TMode, byte>,
            1 => &SimdLoadStoreHandlers.Load<TMode, ushort>,
            2 => &SimdLoadStoreHandlers.Load<TMode, uint>,
            3 => &SimdLoadStoreHandlers.Load<TMode, ulong>,
            _ => &SimdLoadStoreHandlers.Load<TMode, UInt128>,
        };
        return scale <= 4;
    }

    private static bool SelectSimdStore<TMode>(DecodedOperation* operation, uint scale)
        where TMode : struct, IAddressMode
    {
        operation->Handler = scale switch
        {
            0 => &SimdLoadStoreHandlers.Store<TMode, byte>,
            1 => &SimdLoadStoreHandlers.Store<TMode, ushort>,
            2 => &SimdLoadStoreHandlers.Store<TMode, uint>,
            3 => &SimdLoadStoreHandlers.Store<TMode, ulong>,
            _ => &SimdLoadStoreHandlers.Store<TMode, UInt128>,
        };
        return scale <= 4;
    }
}
