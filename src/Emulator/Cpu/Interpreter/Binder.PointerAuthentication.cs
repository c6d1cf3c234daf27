using Emulator.Cpu.PointerAuthentication;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds pointer authentication (Arm ARM C3.1.9, C3.2.14, C3.4.13).</summary>
internal static unsafe partial class Binder
{
    private const byte Link = 30;

    private static bool PacInstructionAddress(DecodedOperation* operation, uint K, uint Rn, uint Rd) =>
        BindPac(operation, PointerKey.InstructionA, K, Registers.OrStackPointer(Rn), Rd, &PointerAuthenticationHandlers.Add);

    private static bool PacDataAddress(DecodedOperation* operation, uint K, uint Rn, uint Rd) =>
        BindPac(operation, PointerKey.DataA, K, Registers.OrStackPointer(Rn), Rd, &PointerAuthenticationHandlers.Add);

    private static bool AuthenticateInstructionAddress(DecodedOperation* operation, uint K, uint Rn, uint Rd) =>
        BindPac(operation, PointerKey.InstructionA, K, Registers.OrStackPointer(Rn), Rd, &PointerAuthenticationHandlers.Authenticate);

    private static bool AuthenticateDataAddress(DecodedOperation* operation, uint K, uint Rn, uint Rd) =>
        BindPac(operation, PointerKey.DataA, K, Registers.OrStackPointer(Rn), Rd, &PointerAuthenticationHandlers.Authenticate);

    private static bool PacInstructionAddressZero(DecodedOperation* operation, uint K, uint Rd) =>
        BindPac(operation, PointerKey.InstructionA, K, CpuState.Zero, Rd, &PointerAuthenticationHandlers.Add);

    private static bool PacDataAddressZero(DecodedOperation* operation, uint K, uint Rd) =>
        BindPac(operation, PointerKey.DataA, K, CpuState.Zero, Rd, &PointerAuthenticationHandlers.Add);

    private static bool AuthenticateInstructionAddressZero(DecodedOperation* operation, uint K, uint Rd) =>
        BindPac(operation, PointerKey.InstructionA, K, CpuState.Zero, Rd, &PointerAuthenticationHandlers.Authenticate);

    private static bool AuthenticateDataAddressZero(DecodedOperation* operation, uint K, uint Rd) =>
        BindPac(operation, PointerKey.DataA, K, CpuState.Zero, Rd, &PointerAuthenticationHandlers.Authenticate);

    private static bool StripInstructionAddress(DecodedOperation* operation, uint Rd) =>
        BindPac(operation, default, 0, CpuState.Zero, Rd, &PointerAuthenticationHandlers.StripInstructionAddress);

    private static bool StripDataAddress(DecodedOperation* operation, uint Rd) =>
        BindPac(operation, default, 0, CpuState.Zero, Rd, &PointerAuthenticationHandlers.StripDataAddress);

    private static bool StripLinkRegister(DecodedOperation* operation) =>
        BindPac(operation, default, 0, CpuState.Zero, Link, &PointerAuthenticationHandlers.StripInstructionAddress);

    private static bool PacX17ByX16(DecodedOperation* operation, uint K) =>
        BindPac(operation, PointerKey.InstructionA, K, 16, 17, &PointerAuthenticationHandlers.Add);

    private static bool AuthenticateX17ByX16(DecodedOperation* operation, uint K) =>
        BindPac(operation, PointerKey.InstructionA, K, 16, 17, &PointerAuthenticationHandlers.Authenticate);

    private static bool PacLinkRegisterByZero(DecodedOperation* operation, uint K) =>
        BindPac(operation, PointerKey.InstructionA, K, CpuState.Zero, Link, &PointerAuthenticationHandlers.Add);

    private static bool PacLinkRegisterByStackPointer(DecodedOperation* operation, uint K) =>
        BindPac(operation, PointerKey.InstructionA, K, CpuState.StackPointer, Link, &PointerAuthenticationHandlers.Add);

    private static bool AuthenticateLinkRegisterByZero(DecodedOperation* operation, uint K) =>
        BindPac(operation, PointerKey.InstructionA, K, CpuState.Zero, Link, &PointerAuthenticationHandlers.Authenticate);

    private static bool AuthenticateLinkRegisterByStackPointer(DecodedOperation* operation, uint K) =>
        BindPac(operation, PointerKey.InstructionA, K, CpuState.StackPointer, Link, &PointerAuthenticationHandlers.Authenticate);

    private static bool PacGeneric(DecodedOperation* operation, uint Rm, uint Rn, uint Rd)
    {
        operation->Rd = Registers.Destination(Rd);
        operation->Rn = Registers.Source(Rn);
        operation->Rm = Registers.OrStackPointer(Rm);
        return Set(operation, &PointerAuthenticationHandlers.Generic);
    }

    private static bool BranchToRegisterAuthenticated(DecodedOperation* operation, uint K, uint Rn, uint Rm)
    {
        operation->B = BranchTypes.OfRegister(Rn);
        return BindPac(operation, PointerKey.InstructionA, K, Registers.OrStackPointer(Rm), Rn, &PointerAuthenticationHandlers.Branch);
    }

    private static bool BranchToRegisterAuthenticatedZero(DecodedOperation* operation, uint K, uint Rn)
    {
        operation->B = BranchTypes.OfRegister(Rn);
        return BindPac(operation, PointerKey.InstructionA, K, CpuState.Zero, Rn, &PointerAuthenticationHandlers.Branch);
    }

    private static bool BranchWithLinkToRegisterAuthenticated(DecodedOperation* operation, uint K, uint Rn, uint Rm) =>
        BindPac(operation, PointerKey.InstructionA, K, Registers.OrStackPointer(Rm), Rn, &PointerAuthenticationHandlers.BranchWithLink);

    private static bool BranchWithLinkToRegisterAuthenticatedZero(DecodedOperation* operation, uint K, uint Rn) =>
        BindPac(operation, PointerKey.InstructionA, K, CpuState.Zero, Rn, &PointerAuthenticationHandlers.BranchWithLink);

    private static bool ReturnFromSubroutineAuthenticated(DecodedOperation* operation, uint K) =>
        BindPac(operation, PointerKey.InstructionA, K, CpuState.StackPointer, Link, &PointerAuthenticationHandlers.Return);

    private static bool ExceptionReturnAuthenticated(DecodedOperation* operation, uint K) =>
        BindPac(operation, PointerKey.InstructionA, K, CpuState.StackPointer, Link, &PointerAuthenticationHandlers.ReturnFromException);

    private static bool LoadRegisterAuthenticatedOffset(DecodedOperation* operation, uint K, uint S, uint imm9, uint Rn, uint Rt) =>
        BindAuthenticatedLoad(operation, K, S, imm9, Rn, Rt, &PointerAuthenticationHandlers.Load<AddressModes.Offset>);

    private static bool LoadRegisterAuthenticatedPreIndexed(DecodedOperation* operation, uint K, uint S, uint imm9, uint Rn, uint Rt) =>
        BindAuthenticatedLoad(operation, K, S, imm9, Rn, Rt, &PointerAuthenticationHandlers.Load<AddressModes.PreIndexed>);

    private static bool BindAuthenticatedLoad(
        DecodedOperation* operation,
        uint K,
        uint S,
        uint imm9,
        uint Rn,
        uint Rt,
        delegate*<CpuState*, DecodedOperation*, DecodedOperation*> handler)
    {
        operation->Immediate = (ulong)(SignExtend((S << 9) | imm9, 10) << 3);
        operation->A = (byte)(PointerKey.DataA + (int)K);
        operation->Rm = Registers.OrStackPointer(Rn);
        operation->Rn = CpuState.Zero;
        operation->Rd = Registers.Destination(Rt);
        return Set(operation, handler);
    }

    // The B key stands behind the A key.
    private static bool BindPac(
        DecodedOperation* operation,
        PointerKey keyA,
        uint K,
        byte modifier,
        uint pointer,
        delegate*<CpuState*, DecodedOperation*, DecodedOperation*> handler)
    {
        operation->A = (byte)(keyA + (int)K);
        operation->Rn = modifier;
        operation->Rm = Registers.Source(pointer);
        operation->Rd = Registers.Destination(pointer);
        return Set(operation, handler);
    }
}
