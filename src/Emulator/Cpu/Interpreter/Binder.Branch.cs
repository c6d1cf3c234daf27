namespace Emulator.Cpu.Interpreter;

/// <summary>Binds the branch group (Arm ARM C3.1).</summary>
internal static unsafe partial class Binder
{
    private static bool Branch(DecodedOperation* operation, uint imm26) =>
        BindBranch(operation, SignExtend(imm26, 26), &BranchHandlers.Near, &BranchHandlers.Far);

    private static bool BranchWithLink(DecodedOperation* operation, uint imm26) =>
        BindBranch(operation, SignExtend(imm26, 26), &BranchHandlers.NearWithLink, &BranchHandlers.FarWithLink);

    private static bool BranchConditional(DecodedOperation* operation, uint imm19, uint cond)
    {
        long offset = SignExtend(imm19, 19);
        return cond switch
        {
            0 => Conditional<Conditions.Equal>(operation, offset),
            1 => Conditional<Conditions.Not<Conditions.Equal>>(operation, offset),
            2 => Conditional<Conditions.CarrySet>(operation, offset),
            3 => Conditional<Conditions.Not<Conditions.CarrySet>>(operation, offset),
            4 => Conditional<Conditions.Negative>(operation, offset),
            5 => Conditional<Conditions.Not<Conditions.Negative>>(operation, offset),
            6 => Conditional<Conditions.OverflowSet>(operation, offset),
            7 => Conditional<Conditions.Not<Conditions.OverflowSet>>(operation, offset),
            8 => Conditional<Conditions.Higher>(operation, offset),
            9 => Conditional<Conditions.Not<Conditions.Higher>>(operation, offset),
            10 => Conditional<Conditions.GreaterOrEqual>(operation, offset),
            11 => Conditional<Conditions.Not<Conditions.GreaterOrEqual>>(operation, offset),
            12 => Conditional<Conditions.Greater>(operation, offset),
            13 => Conditional<Conditions.Not<Conditions.Greater>>(operation, offset),
            _ => BindBranch(operation, offset, &BranchHandlers.Near, &BranchHandlers.Far),
        };
    }

    private static bool CompareAndBranchZero(DecodedOperation* operation, uint sf, uint imm19, uint Rt)
    {
        operation->Rn = Registers.Source(Rt);
        return sf == 1
            ? BindBranch(operation, SignExtend(imm19, 19), &BranchHandlers.ZeroNear<Word64>, &BranchHandlers.ZeroFar<Word64>)
            : BindBranch(operation, SignExtend(imm19, 19), &BranchHandlers.ZeroNear<Word32>, &BranchHandlers.ZeroFar<Word32>);
    }

    private static bool CompareAndBranchNonzero(DecodedOperation* operation, uint sf, uint imm19, uint Rt)
    {
        operation->Rn = Registers.Source(Rt);
        return sf == 1
            ? BindBranch(operation, SignExtend(imm19, 19), &BranchHandlers.NonzeroNear<Word64>, &BranchHandlers.NonzeroFar<Word64>)
            : BindBranch(operation, SignExtend(imm19, 19), &BranchHandlers.NonzeroNear<Word32>, &BranchHandlers.NonzeroFar<Word32>);
    }

    private static bool TestBitAndBranchZero(DecodedOperation* operation, uint b5, uint b40, uint imm14, uint Rt)
    {
        operation->Rn = Registers.Source(Rt);
        operation->A = (byte)((b5 << 5) | b40);
        return BindBranch(operation, SignExtend(imm14, 14), &BranchHandlers.BitClearNear, &BranchHandlers.BitClearFar);
    }

    private static bool TestBitAndBranchNonzero(DecodedOperation* operation, uint b5, uint b40, uint imm14, uint Rt)
    {
        operation->Rn = Registers.Source(Rt);
        operation->A = (byte)((b5 << 5) | b40);
        return BindBranch(operation, SignExtend(imm14, 14), &BranchHandlers.BitSetNear, &BranchHandlers.BitSetFar);
    }

    private static bool BranchToRegister(DecodedOperation* operation, uint Rn)
    {
        operation->Rn = Registers.Source(Rn);
        operation->A = BranchTypes.OfRegister(Rn);
        operation->Handler = &BranchHandlers.ToRegister;
        return true;
    }

    private static bool BranchWithLinkToRegister(DecodedOperation* operation, uint Rn)
    {
        operation->Rn = Registers.Source(Rn);
        operation->Handler = &BranchHandlers.ToRegisterWithLink;
        return true;
    }

    private static bool ReturnFromSubroutine(DecodedOperation* operation, uint Rn)
    {
        operation->Rn = Registers.Source(Rn);
        operation->Handler = &BranchHandlers.Return;
        return true;
    }

    private static bool Conditional<TCondition>(DecodedOperation* operation, long words)
        where TCondition : struct, Conditions.ICondition =>
        BindBranch(operation, words, &BranchHandlers.ConditionalNear<TCondition>, &BranchHandlers.ConditionalFar<TCondition>);

    private static bool BindBranch(
        DecodedOperation* operation,
        long words,
        delegate*<CpuState*, DecodedOperation*, DecodedOperation*> near,
        delegate*<CpuState*, DecodedOperation*, DecodedOperation*> far)
    {
        long target = operation->PageIndex + words;
        bool isNear = target is >= 0 and < CodePage.Words;
        operation->Immediate = isNear ? (ulong)words : (ulong)(target * 4);
        operation->Handler = isNear ? near : far;
        return true;
    }

    /// <summary>Sign-extends the low bits of a field.</summary>
    private static long SignExtend(uint value, int bits) => (long)((ulong)value << (64 - bits)) >> (64 - bits);
}
