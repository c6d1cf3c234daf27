namespace Emulator.Cpu.Interpreter;

/// <summary>Binds atomic instructions, and loads and stores with limited ordering (Arm ARM C3.2.8 to C3.2.13). Memory is in order here, so that acquiring and releasing is no work.</summary>
internal static unsafe partial class Binder
{
    private static bool AtomicAdd(DecodedOperation* operation, uint size, uint A, uint R, uint Rs, uint Rn, uint Rt) =>
        BindAtomic<AtomicOperations.Add>(operation, size, Rs, Rn, Rt);

    private static bool AtomicBitClear(DecodedOperation* operation, uint size, uint A, uint R, uint Rs, uint Rn, uint Rt) =>
        BindAtomic<AtomicOperations.BitClear>(operation, size, Rs, Rn, Rt);

    private static bool AtomicExclusiveOr(DecodedOperation* operation, uint size, uint A, uint R, uint Rs, uint Rn, uint Rt) =>
        BindAtomic<AtomicOperations.ExclusiveOr>(operation, size, Rs, Rn, Rt);

    private static bool AtomicBitSet(DecodedOperation* operation, uint size, uint A, uint R, uint Rs, uint Rn, uint Rt) =>
        BindAtomic<AtomicOperations.BitSet>(operation, size, Rs, Rn, Rt);

    private static bool AtomicSignedMaximum(DecodedOperation* operation, uint size, uint A, uint R, uint Rs, uint Rn, uint Rt) =>
        BindSignedAtomic<AtomicOperations.Maximum>(operation, size, Rs, Rn, Rt);

    private static bool AtomicSignedMinimum(DecodedOperation* operation, uint size, uint A, uint R, uint Rs, uint Rn, uint Rt) =>
        BindSignedAtomic<AtomicOperations.Minimum>(operation, size, Rs, Rn, Rt);

    private static bool AtomicUnsignedMaximum(DecodedOperation* operation, uint size, uint A, uint R, uint Rs, uint Rn, uint Rt) =>
        BindAtomic<AtomicOperations.Maximum>(operation, size, Rs, Rn, Rt);

    private static bool AtomicUnsignedMinimum(DecodedOperation* operation, uint size, uint A, uint R, uint Rs, uint Rn, uint Rt) =>
        BindAtomic<AtomicOperations.Minimum>(operation, size, Rs, Rn, Rt);

    private static bool AtomicSwap(DecodedOperation* operation, uint size, uint A, uint R, uint Rs, uint Rn, uint Rt) =>
        BindAtomic<AtomicOperations.Swap>(operation, size, Rs, Rn, Rt);

    private static bool CompareAndSwap(DecodedOperation* operation, uint size, uint A, uint Rs, uint R, uint Rn, uint Rt)
    {
        SetOperands(operation, 0, Rn, Registers.Source(Rt));
        operation->Rm = Registers.Source(Rs);
        operation->Ra = Registers.Destination(Rs);
        operation->Handler = size switch
        {
            0 => &AtomicHandlers.CompareAndSwap<byte>,
            1 => &AtomicHandlers.CompareAndSwap<ushort>,
            2 => &AtomicHandlers.CompareAndSwap<uint>,
            _ => &AtomicHandlers.CompareAndSwap<ulong>,
        };
        return true;
    }

    private static bool CompareAndSwapPair(DecodedOperation* operation, uint sz, uint A, uint Rs, uint R, uint Rn, uint Rt)
    {
        operation->Rn = Registers.OrStackPointer(Rn);
        operation->A = (byte)Rs;
        operation->B = (byte)Rt;
        operation->Handler = sz == 0 ? &AtomicHandlers.CompareAndSwapPair<uint> : &AtomicHandlers.CompareAndSwapPair<ulong>;
        return ((Rs | Rt) & 1) == 0;
    }

    private static bool StoreLimitedOrderingRelease(DecodedOperation* operation, uint size, uint Rn, uint Rt) => StoreRelease(operation, size, Rn, Rt);

    private static bool LoadLimitedOrderingAcquire(DecodedOperation* operation, uint size, uint Rn, uint Rt) => LoadAcquire(operation, size, Rn, Rt);

    private static bool LoadAcquireRcpc(DecodedOperation* operation, uint size, uint Rn, uint Rt) => LoadAcquire(operation, size, Rn, Rt);

    private static bool StoreReleaseUnscaled(DecodedOperation* operation, uint size, uint imm9, uint Rn, uint Rt)
    {
        bool binds = StoreRelease(operation, size, Rn, Rt);
        operation->Immediate = (ulong)SignExtend(imm9, 9);
        return binds;
    }

    private static bool LoadAcquireRcpcUnscaled(DecodedOperation* operation, uint size, uint imm9, uint Rn, uint Rt)
    {
        bool binds = LoadAcquire(operation, size, Rn, Rt);
        operation->Immediate = (ulong)SignExtend(imm9, 9);
        return binds;
    }

    private static bool LoadAcquireRcpcSignedUnscaled(DecodedOperation* operation, uint size, uint opc0, uint imm9, uint Rn, uint Rt)
    {
        SetOperands(operation, SignExtend(imm9, 9), Rn, Registers.Destination(Rt));
        operation->Handler = (size, opc0) switch
        {
            (0, 0) => &ExclusiveHandlers.LoadAcquire<sbyte, ulong>,
            (0, _) => &ExclusiveHandlers.LoadAcquire<sbyte, uint>,
            (1, 0) => &ExclusiveHandlers.LoadAcquire<short, ulong>,
            (1, _) => &ExclusiveHandlers.LoadAcquire<short, uint>,
            _ => &ExclusiveHandlers.LoadAcquire<int, ulong>,
        };
        return size < 2 || (size == 2 && opc0 == 0);
    }

    private static void SetAtomic(DecodedOperation* operation, uint Rs, uint Rn, uint Rt)
    {
        SetOperands(operation, 0, Rn, Registers.Destination(Rt));
        operation->Rm = Registers.Source(Rs);
    }

    private static bool BindAtomic<TOperation>(DecodedOperation* operation, uint size, uint Rs, uint Rn, uint Rt)
        where TOperation : struct, IAtomicOperation
    {
        SetAtomic(operation, Rs, Rn, Rt);
        operation->Handler = size switch
        {
            0 => &AtomicHandlers.Modify<TOperation, byte>,
            1 => &AtomicHandlers.Modify<TOperation, ushort>,
            2 => &AtomicHandlers.Modify<TOperation, uint>,
            _ => &AtomicHandlers.Modify<TOperation, ulong>,
        };
        return true;
    }

    private static bool BindSignedAtomic<TOperation>(DecodedOperation* operation, uint size, uint Rs, uint Rn, uint Rt)
        where TOperation : struct, IAtomicOperation
    {
        SetAtomic(operation, Rs, Rn, Rt);
        operation->Handler = size switch
        {
            0 => &AtomicHandlers.Modify<TOperation, sbyte>,
            1 => &AtomicHandlers.Modify<TOperation, short>,
            2 => &AtomicHandlers.Modify<TOperation, int>,
            _ => &AtomicHandlers.Modify<TOperation, long>,
        };
        return true;
    }
}
