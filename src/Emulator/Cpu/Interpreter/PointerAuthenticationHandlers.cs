using Emulator.Cpu.PointerAuthentication;

namespace Emulator.Cpu.Interpreter;

/// <summary>Pointer authentication (FEAT_PAuth). A is the key, Rm the pointer, Rn the modifier.</summary>
internal static unsafe class PointerAuthenticationHandlers
{
    /// <summary>PAC*: the code is added.</summary>
    public static DecodedOperation* Add(CpuState* state, DecodedOperation* operation)
    {
        ulong pointer = state->X[operation->Rm];
        if (!Flow.Synchronize(state, operation).AddPointerCode((PointerKey)operation->A, ref pointer, state->X[operation->Rn]))
        {
            return Flow.Continue(state);
        }

        state->X[operation->Rd] = pointer;
        return operation + 1;
    }

    /// <summary>AUT*: the code is checked and taken off.</summary>
    public static DecodedOperation* Authenticate(CpuState* state, DecodedOperation* operation)
    {
        if (!TryAuthenticate(state, operation, out ulong pointer))
        {
            return Flow.Continue(state);
        }

        state->X[operation->Rd] = pointer;
        return operation + 1;
    }

    /// <summary>XPACI, XPACLRI: the code is taken off.</summary>
    public static DecodedOperation* StripInstructionAddress(CpuState* state, DecodedOperation* operation)
    {
        state->X[operation->Rd] = CpuState.ProcessorOf(state).StripPointer(state->X[operation->Rm], isInstruction: true);
        return operation + 1;
    }

    /// <summary>XPACD.</summary>
    public static DecodedOperation* StripDataAddress(CpuState* state, DecodedOperation* operation)
    {
        state->X[operation->Rd] = CpuState.ProcessorOf(state).StripPointer(state->X[operation->Rm], isInstruction: false);
        return operation + 1;
    }

    /// <summary>PACGA: Rn is the value, Rm the modifier.</summary>
    public static DecodedOperation* Generic(CpuState* state, DecodedOperation* operation)
    {
        if (!Flow.Synchronize(state, operation).ComputeGenericCode(state->X[operation->Rn], state->X[operation->Rm], out ulong code))
        {
            return Flow.Continue(state);
        }

        state->X[operation->Rd] = code;
        return operation + 1;
    }

    /// <summary>BRAA and its kin: B is the branch type in a guarded page.</summary>
    public static DecodedOperation* Branch(CpuState* state, DecodedOperation* operation) => TryAuthenticate(state, operation, out ulong target)
        ? BranchHandlers.Indirect(state, operation, target, operation->B)
        : Flow.Continue(state);

    /// <summary>BLRAA and its kin.</summary>
    public static DecodedOperation* BranchWithLink(CpuState* state, DecodedOperation* operation)
    {
        if (!TryAuthenticate(state, operation, out ulong target))
        {
            return Flow.Continue(state);
        }

        state->X[BranchHandlers.LinkRegister] = CpuState.AddressOf(state, operation) + 4;
        return BranchHandlers.Indirect(state, operation, target, BranchTypes.Call);
    }

    /// <summary>RETAA and RETAB.</summary>
    public static DecodedOperation* Return(CpuState* state, DecodedOperation* operation) => TryAuthenticate(state, operation, out ulong target)
        ? Flow.JumpTo(state, operation, target)
        : Flow.Continue(state);

    /// <summary>ERETAA and ERETAB.</summary>
    public static DecodedOperation* ReturnFromException(CpuState* state, DecodedOperation* operation)
    {
        Processor processor = Flow.Synchronize(state, operation);
        if (state->ExceptionLevel == 0)
        {
            processor.TakeUndefined();
            return Flow.Continue(state);
        }

        ulong target = processor.ExceptionLink;
        if (processor.AuthenticatePointer((PointerKey)operation->A, ref target, state->X[operation->Rn]))
        {
            processor.ReturnFromException(target);
        }

        return Flow.Continue(state);
    }

    /// <summary>LDRAA and LDRAB: Rm is the base, loaded from after Immediate is added.</summary>
    public static DecodedOperation* Load<TMode>(CpuState* state, DecodedOperation* operation)
        where TMode : struct, IAddressMode
    {
        if (operation->Rm == CpuState.StackPointer && (state->X[CpuState.StackPointer] & state->StackAlignmentMask) != 0)
        {
            return LoadStoreHandlers.StackMisaligned(state, operation);
        }

        if (!TryAuthenticate(state, operation, out ulong address))
        {
            return Flow.Continue(state);
        }

        address += operation->Immediate;
        if (!GuestMemoryAccess.Load<ulong>(state, operation, address, out ulong value))
        {
            return Flow.Continue(state);
        }

        if (typeof(TMode) == typeof(AddressModes.PreIndexed))
        {
            state->X[operation->Rm] = address;
        }

        state->X[operation->Rd] = value;
        return Flow.Next(state, operation);
    }

    private static bool TryAuthenticate(CpuState* state, DecodedOperation* operation, out ulong pointer)
    {
        pointer = state->X[operation->Rm];
        return Flow.Synchronize(state, operation).AuthenticatePointer((PointerKey)operation->A, ref pointer, state->X[operation->Rn]);
    }
}
