namespace Emulator.Cpu.Interpreter;

/// <summary>Binds loads and stores of general-purpose registers (Arm ARM C3.2).</summary>
internal static unsafe partial class Binder
{
    private static bool StoreRegisterUnsignedOffset(DecodedOperation* operation, uint size, uint imm12, uint Rn, uint Rt) =>
        BindStore<AddressModes.Offset>(operation, size, (long)imm12 << (int)size, Rn, Rt);

    private static bool LoadRegisterUnsignedOffset(DecodedOperation* operation, uint size, uint imm12, uint Rn, uint Rt) =>
        BindLoad<AddressModes.Offset>(operation, size, (long)imm12 << (int)size, Rn, Rt);

    private static bool LoadSignedRegisterUnsignedOffset(DecodedOperation* operation, uint size, uint opc0, uint imm12, uint Rn, uint Rt) =>
        BindLoadSigned<AddressModes.Offset>(operation, size, opc0, (long)imm12 << (int)size, Rn, Rt);

    private static bool PrefetchUnsignedOffset(DecodedOperation* operation, uint imm12, uint Rn, uint Rt) => BindNothing(operation);

    private static bool StoreRegisterUnscaled(DecodedOperation* operation, uint size, uint imm9, uint Rn, uint Rt) =>
        BindStore<AddressModes.Offset>(operation, size, SignExtend(imm9, 9), Rn, Rt);

    private static bool LoadRegisterUnscaled(DecodedOperation* operation, uint size, uint imm9, uint Rn, uint Rt) =>
        BindLoad<AddressModes.Offset>(operation, size, SignExtend(imm9, 9), Rn, Rt);

    private static bool LoadSignedRegisterUnscaled(DecodedOperation* operation, uint size, uint opc0, uint imm9, uint Rn, uint Rt) =>
        BindLoadSigned<AddressModes.Offset>(operation, size, opc0, SignExtend(imm9, 9), Rn, Rt);

    private static bool PrefetchUnscaled(DecodedOperation* operation, uint imm9, uint Rn, uint Rt) => BindNothing(operation);

    private static bool StoreRegisterPostIndexed(DecodedOperation* operation, uint size, uint imm9, uint Rn, uint Rt) =>
        BindStore<AddressModes.PostIndexed>(operation, size, SignExtend(imm9, 9), Rn, Rt);

    private static bool LoadRegisterPostIndexed(DecodedOperation* operation, uint size, uint imm9, uint Rn, uint Rt) =>
        BindLoad<AddressModes.PostIndexed>(operation, size, SignExtend(imm9, 9), Rn, Rt);

    private static bool LoadSignedRegisterPostIndexed(DecodedOperation* operation, uint size, uint opc0, uint imm9, uint Rn, uint Rt) =>
        BindLoadSigned<AddressModes.PostIndexed>(operation, size, opc0, SignExtend(imm9, 9), Rn, Rt);

    private static bool StoreRegisterPreIndexed(DecodedOperation* operation, uint size, uint imm9, uint Rn, uint Rt) =>
        BindStore<AddressModes.PreIndexed>(operation, size, SignExtend(imm9, 9), Rn, Rt);

    private static bool LoadRegisterPreIndexed(DecodedOperation* operation, uint size, uint imm9, uint Rn, uint Rt) =>
        BindLoad<AddressModes.PreIndexed>(operation, size, SignExtend(imm9, 9), Rn, Rt);

    private static bool LoadSignedRegisterPreIndexed(DecodedOperation* operation, uint size, uint opc0, uint imm9, uint Rn, uint Rt) =>
        BindLoadSigned<AddressModes.PreIndexed>(operation, size, opc0, SignExtend(imm9, 9), Rn, Rt);

    private static bool StoreRegisterRegisterOffset(DecodedOperation* operation, uint size, uint Rm, uint option, uint S, uint Rn, uint Rt)
    {
        if (!BindRegisterOffset(operation, size, Rm, option, S))
        {
            return false;
        }

        return option == 3
            ? BindStore<AddressModes.ShiftedRegisterOffset>(operation, size, 0, Rn, Rt)
            : BindStore<AddressModes.RegisterOffset>(operation, size, 0, Rn, Rt);
    }

    private static bool LoadRegisterRegisterOffset(DecodedOperation* operation, uint size, uint Rm, uint option, uint S, uint Rn, uint Rt)
    {
        if (!BindRegisterOffset(operation, size, Rm, option, S))
        {
            return false;
        }

        return option == 3
            ? BindLoad<AddressModes.ShiftedRegisterOffset>(operation, size, 0, Rn, Rt)
            : BindLoad<AddressModes.RegisterOffset>(operation, size, 0, Rn, Rt);
    }

    private static bool LoadSignedRegisterRegisterOffset(DecodedOperation* operation, uint size, uint opc0, uint Rm, uint option, uint S, uint Rn, uint Rt) =>
        BindRegisterOffset(operation, size, Rm, option, S)
        && BindLoadSigned<AddressModes.RegisterOffset>(operation, size, opc0, 0, Rn, Rt);

    private static bool PrefetchRegisterOffset(DecodedOperation* operation, uint Rm, uint option, uint S, uint Rn, uint Rt) =>
        (option & 2) != 0 && BindNothing(operation);

    private static bool LoadRegisterLiteral(DecodedOperation* operation, uint sz, uint imm19, uint Rt) =>
        BindLoad<AddressModes.Literal>(operation, 2 + sz, LiteralOffset(operation, imm19), 0, Rt);

    private static bool LoadSignedWordLiteral(DecodedOperation* operation, uint imm19, uint Rt) =>
        BindLoadSigned<AddressModes.Literal>(operation, 2, 0, LiteralOffset(operation, imm19), 0, Rt);

    private static bool PrefetchLiteral(DecodedOperation* operation, uint imm19, uint Rt) => BindNothing(operation);

    private static bool StoreRegisterUnprivileged(DecodedOperation* operation, uint size, uint imm9, uint Rn, uint Rt)
    {
        SetOperands(operation, SignExtend(imm9, 9), Rn, Registers.Source(Rt));
        return Rn == 31 ? SelectUnprivilegedStore<AddressModes.OnStack<AddressModes.Offset>>(operation, size) : SelectUnprivilegedStore<AddressModes.Offset>(operation, size);
    }

    private static bool LoadRegisterUnprivileged(DecodedOperation* operation, uint size, uint imm9, uint Rn, uint Rt)
    {
        SetOperands(operation, SignExtend(imm9, 9), Rn, Registers.Destination(Rt));
        return Rn == 31 ? SelectUnprivilegedLoad<AddressModes.OnStack<AddressModes.Offset>>(operation, size) : SelectUnprivilegedLoad<AddressModes.Offset>(operation, size);
    }

    private static bool LoadSignedRegisterUnprivileged(DecodedOperation* operation, uint size, uint opc0, uint imm9, uint Rn, uint Rt)
    {
        SetOperands(operation, SignExtend(imm9, 9), Rn, Registers.Destination(Rt));
        return Rn == 31
            ? SelectUnprivilegedSignedLoad<AddressModes.OnStack<AddressModes.Offset>>(operation, size, opc0)
            : SelectUnprivilegedSignedLoad<AddressModes.Offset>(operation, size, opc0);
    }

    private static bool StoreNonTemporalPair(DecodedOperation* operation, uint sf, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        StorePairSignedOffset(operation, sf, imm7, Rt2, Rn, Rt);

    private static bool LoadNonTemporalPair(DecodedOperation* operation, uint sf, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        LoadPairSignedOffset(operation, sf, imm7, Rt2, Rn, Rt);

    private static bool StorePairPostIndexed(DecodedOperation* operation, uint sf, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindStorePair<AddressModes.PostIndexed>(operation, sf, imm7, Rt2, Rn, Rt);

    private static bool StorePairSignedOffset(DecodedOperation* operation, uint sf, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindStorePair<AddressModes.Offset>(operation, sf, imm7, Rt2, Rn, Rt);

    private static bool StorePairPreIndexed(DecodedOperation* operation, uint sf, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindStorePair<AddressModes.PreIndexed>(operation, sf, imm7, Rt2, Rn, Rt);

    private static bool LoadPairPostIndexed(DecodedOperation* operation, uint sf, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindLoadPair<AddressModes.PostIndexed>(operation, sf, imm7, Rt2, Rn, Rt);

    private static bool LoadPairSignedOffset(DecodedOperation* operation, uint sf, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindLoadPair<AddressModes.Offset>(operation, sf, imm7, Rt2, Rn, Rt);

    private static bool LoadPairPreIndexed(DecodedOperation* operation, uint sf, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindLoadPair<AddressModes.PreIndexed>(operation, sf, imm7, Rt2, Rn, Rt);

    private static bool LoadPairSignedWordPostIndexed(DecodedOperation* operation, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindLoadPairSignedWord<AddressModes.PostIndexed>(operation, imm7, Rt2, Rn, Rt);

    private static bool LoadPairSignedWordSignedOffset(DecodedOperation* operation, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindLoadPairSignedWord<AddressModes.Offset>(operation, imm7, Rt2, Rn, Rt);

    private static bool LoadPairSignedWordPreIndexed(DecodedOperation* operation, uint imm7, uint Rt2, uint Rn, uint Rt) =>
        BindLoadPairSignedWord<AddressModes.PreIndexed>(operation, imm7, Rt2, Rn, Rt);

    private static bool StoreExclusive(DecodedOperation* operation, uint size, uint Rs, uint Rn, uint Rt)
    {
        SetOperands(operation, 0, Rn, Registers.Source(Rt));
        operation->Rm = Registers.Destination(Rs);
        operation->Handler = size switch
        {
            0 => &ExclusiveHandlers.StoreExclusive<byte>,
            1 => &ExclusiveHandlers.StoreExclusive<ushort>,
            2 => &ExclusiveHandlers.StoreExclusive<uint>,
            _ => &ExclusiveHandlers.StoreExclusive<ulong>,
        };
        return true;
    }

    private static bool StoreReleaseExclusive(DecodedOperation* operation, uint size, uint Rs, uint Rn, uint Rt) =>
        StoreExclusive(operation, size, Rs, Rn, Rt);

    private static bool LoadExclusive(DecodedOperation* operation, uint size, uint Rn, uint Rt)
    {
        SetOperands(operation, 0, Rn, Registers.Destination(Rt));
        operation->Handler = size switch
        {
            0 => &ExclusiveHandlers.LoadExclusive<byte>,
            1 => &ExclusiveHandlers.LoadExclusive<ushort>,
            2 => &ExclusiveHandlers.LoadExclusive<uint>,
            _ => &ExclusiveHandlers.LoadExclusive<ulong>,
        };
        return true;
    }

    private static bool LoadAcquireExclusive(DecodedOperation* operation, uint size, uint Rn, uint Rt) =>
        LoadExclusive(operation, size, Rn, Rt);

    private static bool StoreExclusivePair(DecodedOperation* operation, uint sz, uint Rs, uint Rt2, uint Rn, uint Rt)
    {
        SetOperands(operation, 0, Rn, Registers.Source(Rt));
        operation->Ra = Registers.Source(Rt2);
        operation->Rm = Registers.Destination(Rs);
        operation->Handler = sz == 0 ? &ExclusiveHandlers.StoreExclusivePair<uint> : &ExclusiveHandlers.StoreExclusivePair<ulong>;
        return true;
    }

    private static bool StoreReleaseExclusivePair(DecodedOperation* operation, uint sz, uint Rs, uint Rt2, uint Rn, uint Rt) =>
        StoreExclusivePair(operation, sz, Rs, Rt2, Rn, Rt);

    private static bool LoadExclusivePair(DecodedOperation* operation, uint sz, uint Rt2, uint Rn, uint Rt)
    {
        SetOperands(operation, 0, Rn, Registers.Destination(Rt));
        operation->Ra = Registers.Destination(Rt2);
        operation->Handler = sz == 0 ? &ExclusiveHandlers.LoadExclusivePair<uint> : &ExclusiveHandlers.LoadExclusivePair<ulong>;
        return true;
    }

    private static bool LoadAcquireExclusivePair(DecodedOperation* operation, uint sz, uint Rt2, uint Rn, uint Rt) =>
        LoadExclusivePair(operation, sz, Rt2, Rn, Rt);

    private static bool StoreRelease(DecodedOperation* operation, uint size, uint Rn, uint Rt)
    {
        SetOperands(operation, 0, Rn, Registers.Source(Rt));
        operation->Handler = size switch
        {
            0 => &ExclusiveHandlers.StoreRelease<byte>,
            1 => &ExclusiveHandlers.StoreRelease<ushort>,
            2 => &ExclusiveHandlers.StoreRelease<uint>,
            _ => &ExclusiveHandlers.StoreRelease<ulong>,
        };
        return true;
    }

    private static bool LoadAcquire(DecodedOperation* operation, uint size, uint Rn, uint Rt)
    {
        SetOperands(operation, 0, Rn, Registers.Destination(Rt));
        operation->Handler = size switch
        {
            0 => &ExclusiveHandlers.LoadAcquire<byte, ulong>,
            1 => &ExclusiveHandlers.LoadAcquire<ushort, ulong>,
            2 => &ExclusiveHandlers.LoadAcquire<uint, ulong>,
            _ => &ExclusiveHandlers.LoadAcquire<ulong, ulong>,
        };
        return true;
    }

    private static bool BindNothing(DecodedOperation* operation)
    {
        operation->Handler = &LoadStoreHandlers.Nothing;
        return true;
    }

    private static void SetOperands(DecodedOperation* operation, long offset, uint Rn, byte data)
    {
        operation->Immediate = (ulong)offset;
        operation->Rn = Registers.OrStackPointer(Rn);
        operation->Rd = data;
    }

    private static long LiteralOffset(DecodedOperation* operation, uint imm19) => (operation->PageIndex + SignExtend(imm19, 19)) * 4;

    private static bool BindRegisterOffset(DecodedOperation* operation, uint size, uint Rm, uint option, uint S)
    {
        operation->Rm = Registers.Source(Rm);
        operation->A = (byte)(S * size);
        operation->B = (byte)option;

        // Offsets narrower than a word are unallocated.
        return (option & 2) != 0;
    }

    private static bool BindLoad<TMode>(DecodedOperation* operation, uint size, long offset, uint Rn, uint Rt)
        where TMode : struct, IAddressMode
    {
        SetOperands(operation, offset, Rn, Registers.Destination(Rt));
        return Rn == 31 ? SelectLoad<AddressModes.OnStack<TMode>>(operation, size) : SelectLoad<TMode>(operation, size);
    }

    private static bool BindLoadSigned<TMode>(DecodedOperation* operation, uint size, uint opc0, long offset, uint Rn, uint Rt)
        where TMode : struct, IAddressMode
    {
        SetOperands(operation, offset, Rn, Registers.Destination(Rt));
        return Rn == 31 ? SelectSignedLoad<AddressModes.OnStack<TMode>>(operation, size, opc0) : SelectSignedLoad<TMode>(operation, size, opc0);
    }

    private static bool BindStore<TMode>(DecodedOperation* operation, uint size, long offset, uint Rn, uint Rt)
        where TMode : struct, IAddressMode
    {
        SetOperands(operation, offset, Rn, Registers.Source(Rt));
        return Rn == 31 ? SelectStore<AddressModes.OnStack<TMode>>(operation, size) : SelectStore<TMode>(operation, size);
    }

    private static bool SelectLoad<TMode>(DecodedOperation* operation, uint size)
        where TMode : struct, IAddressMode
    {
        operation->Handler = size switch
        {
            0 => &LoadStoreHandlers.Load<TMode, byte, ulong>,
            1 => &LoadStoreHandlers.Load<TMode, ushort, ulong>,
            2 => &LoadStoreHandlers.Load<TMode, uint, ulong>,
            _ => &LoadStoreHandlers.Load<TMode, ulong, ulong>,
        };
        return true;
    }

    private static bool SelectSignedLoad<TMode>(DecodedOperation* operation, uint size, uint opc0)
        where TMode : struct, IAddressMode
    {
        operation->Handler = (size, opc0) switch
        {
            (0, 0) => &LoadStoreHandlers.Load<TMode, sbyte, ulong>,
            (0, _) => &LoadStoreHandlers.Load<TMode, sbyte, uint>,
            (1, 0) => &LoadStoreHandlers.Load<TMode, short, ulong>,
            (1, _) => &LoadStoreHandlers.Load<TMode, short, uint>,
            _ => &LoadStoreHandlers.Load<TMode, int, ulong>,
        };
        return size < 2 || (size == 2 && opc0 == 0);
    }

    private static bool SelectStore<TMode>(DecodedOperation* operation, uint size)
        where TMode : struct, IAddressMode
    {
        operation->Handler = size switch
        {
            0 => &LoadStoreHandlers.Store<TMode, byte>,
            1 => &LoadStoreHandlers.Store<TMode, ushort>,
            2 => &LoadStoreHandlers.Store<TMode, uint>,
            _ => &LoadStoreHandlers.Store<TMode, ulong>,
        };
        return true;
    }

    private static bool SelectUnprivilegedLoad<TMode>(DecodedOperation* operation, uint size)
        where TMode : struct, IAddressMode
    {
        operation->Handler = size switch
        {
            0 => &LoadStoreHandlers.LoadUnprivileged<TMode, byte, ulong>,
            1 => &LoadStoreHandlers.LoadUnprivileged<TMode, ushort, ulong>,
            2 => &LoadStoreHandlers.LoadUnprivileged<TMode, uint, ulong>,
            _ => &LoadStoreHandlers.LoadUnprivileged<TMode, ulong, ulong>,
        };
        return true;
    }

    private static bool SelectUnprivilegedSignedLoad<TMode>(DecodedOperation* operation, uint size, uint opc0)
        where TMode : struct, IAddressMode
    {
        operation->Handler = (size, opc0) switch
        {
            (0, 0) => &LoadStoreHandlers.LoadUnprivileged<TMode, sbyte, ulong>,
            (0, _) => &LoadStoreHandlers.LoadUnprivileged<TMode, sbyte, uint>,
            (1, 0) => &LoadStoreHandlers.LoadUnprivileged<TMode, short, ulong>,
            (1, _) => &LoadStoreHandlers.LoadUnprivileged<TMode, short, uint>,
            _ => &LoadStoreHandlers.LoadUnprivileged<TMode, int, ulong>,
        };
        return size < 2 || (size == 2 && opc0 == 0);
    }

    private static bool SelectUnprivilegedStore<TMode>(DecodedOperation* operation, uint size)
        where TMode : struct, IAddressMode
    {
        operation->Handler = size switch
        {
            0 => &LoadStoreHandlers.StoreUnprivileged<TMode, byte>,
            1 => &LoadStoreHandlers.StoreUnprivileged<TMode, ushort>,
            2 => &LoadStoreHandlers.StoreUnprivileged<TMode, uint>,
            _ => &LoadStoreHandlers.StoreUnprivileged<TMode, ulong>,
        };
        return true;
    }

    private static bool BindLoadPair<TMode>(DecodedOperation* operation, uint sf, uint imm7, uint Rt2, uint Rn, uint Rt)
        where TMode : struct, IAddressMode
    {
        SetOperands(operation, SignExtend(imm7, 7) << (int)(2 + sf), Rn, Registers.Destination(Rt));
        operation->Ra = Registers.Destination(Rt2);
        operation->Handler = (sf, Rn) switch
        {
            (0, 31) => &LoadStoreHandlers.LoadPair<AddressModes.OnStack<TMode>, uint>,
            (0, _) => &LoadStoreHandlers.LoadPair<TMode, uint>,
            (_, 31) => &LoadStoreHandlers.LoadPair<AddressModes.OnStack<TMode>, ulong>,
            _ => &LoadStoreHandlers.LoadPair<TMode, ulong>,
        };
        return true;
    }

    private static bool BindLoadPairSignedWord<TMode>(DecodedOperation* operation, uint imm7, uint Rt2, uint Rn, uint Rt)
        where TMode : struct, IAddressMode
    {
        SetOperands(operation, SignExtend(imm7, 7) << 2, Rn, Registers.Destination(Rt));
        operation->Ra = Registers.Destination(Rt2);
        operation->Handler = Rn == 31
            ? &LoadStoreHandlers.LoadPair<AddressModes.OnStack<TMode>, int>
            : &LoadStoreHandlers.LoadPair<TMode, int>;
        return true;
    }

    private static bool BindStorePair<TMode>(DecodedOperation* operation, uint sf, uint imm7, uint Rt2, uint Rn, uint Rt)
        where TMode : struct, IAddressMode
    {
        SetOperands(operation, SignExtend(imm7, 7) << (int)(2 + sf), Rn, Registers.Source(Rt));
        operation->Ra = Registers.Source(Rt2);
        operation->Handler = (sf, Rn) switch
        {
            (0, 31) => &LoadStoreHandlers.StorePair<AddressModes.OnStack<TMode>, uint>,
            (0, _) => &LoadStoreHandlers.StorePair<TMode, uint>,
            (_, 31) => &LoadStoreHandlers.StorePair<AddressModes.OnStack<TMode>, ulong>,
            _ => &LoadStoreHandlers.StorePair<TMode, ulong>,
        };
        return true;
    }
}
