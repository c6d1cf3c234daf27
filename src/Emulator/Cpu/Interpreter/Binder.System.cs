using Emulator.Cpu.System;
using Emulator.Interrupts;

namespace Emulator.Cpu.Interpreter;

/// <summary>Rows of the group System, and the exception returns of the group Branch.</summary>
internal static unsafe partial class Binder
{
    internal static bool ExceptionReturn(DecodedOperation* operation) => Set(operation, &SystemHandlers.ReturnFromException);

    internal static bool DebugRestoreProcessState(DecodedOperation* operation) => Set(operation, &SystemHandlers.Undefined);

    internal static bool SupervisorCall(DecodedOperation* operation, uint immediate) => Call(operation, immediate, &SystemHandlers.SupervisorCall);

    internal static bool HypervisorCall(DecodedOperation* operation, uint immediate) => Call(operation, immediate, &SystemHandlers.HypervisorCall);

    internal static bool SecureMonitorCall(DecodedOperation* operation, uint immediate) => Call(operation, immediate, &SystemHandlers.SecureMonitorCall);

    internal static bool BreakpointInstruction(DecodedOperation* operation, uint immediate) => Call(operation, immediate, &SystemHandlers.BreakpointInstruction);

    internal static bool HaltInstruction(DecodedOperation* operation, uint immediate) => Call(operation, immediate, &SystemHandlers.Undefined);

    internal static bool DebugChangeStateToEl1(DecodedOperation* operation, uint immediate) => Call(operation, immediate, &SystemHandlers.Undefined);

    internal static bool DebugChangeStateToEl2(DecodedOperation* operation, uint immediate) => Call(operation, immediate, &SystemHandlers.Undefined);

    internal static bool DebugChangeStateToEl3(DecodedOperation* operation, uint immediate) => Call(operation, immediate, &SystemHandlers.Undefined);

    internal static bool Hint(DecodedOperation* operation, uint crm, uint op2) => Set(operation, &SystemHandlers.Nothing);

    internal static bool NoOperation(DecodedOperation* operation) => Set(operation, &SystemHandlers.Nothing);

    internal static bool Yield(DecodedOperation* operation) => Set(operation, &SystemHandlers.Yield);

    internal static bool WaitForEvent(DecodedOperation* operation) => Set(operation, &SystemHandlers.WaitForEvent);

    internal static bool WaitForInterrupt(DecodedOperation* operation) => Set(operation, &SystemHandlers.WaitForInterrupt);

    internal static bool SendEvent(DecodedOperation* operation) => Set(operation, &SystemHandlers.SendEvent);

    internal static bool SendEventLocal(DecodedOperation* operation) => Set(operation, &SystemHandlers.SendEventLocal);

    internal static bool ClearExclusive(DecodedOperation* operation, uint crm) => Set(operation, &SystemHandlers.ClearExclusive);

    internal static bool DataSynchronizationBarrier(DecodedOperation* operation, uint crm) => Set(operation, &SystemHandlers.Nothing);

    internal static bool DataMemoryBarrier(DecodedOperation* operation, uint crm) => Set(operation, &SystemHandlers.Nothing);

    internal static bool InstructionSynchronizationBarrier(DecodedOperation* operation, uint crm) => Set(operation, &SystemHandlers.SynchronizeInstructions);

    internal static bool SpeculationBarrier(DecodedOperation* operation) => Set(operation, &SystemHandlers.Nothing);

    internal static bool BranchTargetIdentification(DecodedOperation* operation, uint targets) => Set(operation, &SystemHandlers.Nothing);

    internal static bool ErrorSynchronizationBarrier(DecodedOperation* operation) => Set(operation, &SystemHandlers.SynchronizeErrors);

    internal static bool MoveImmediateToSpeculativeStoreBypass(DecodedOperation* operation, uint crm)
    {
        operation->A = (byte)crm;
        return Set(operation, &SystemHandlers.SetSpeculativeStoreBypass);
    }

    internal static bool MoveImmediateToDataIndependentTiming(DecodedOperation* operation, uint crm)
    {
        operation->A = (byte)crm;
        return Set(operation, &SystemHandlers.SetDataIndependentTiming);
    }

    internal static bool MoveImmediateToProcessState(DecodedOperation* operation, uint op1, uint crm, uint op2)
    {
        operation->A = (byte)crm;
        switch ((op1 << 3) | op2)
        {
            case 0b000_011:
                return crm < 2 && Set(operation, &SystemHandlers.SetUserAccessOverride);
            case 0b000_100:
                return crm < 2 && Set(operation, &SystemHandlers.SetPrivilegedAccessNever);
            case 0b000_101:
                return Set(operation, &SystemHandlers.SelectStackPointer);
            case 0b011_110:
                return Set(operation, &SystemHandlers.SetInterruptMask);
            case 0b011_111:
                return Set(operation, &SystemHandlers.ClearInterruptMask);
            default:
                return false;
        }
    }

    internal static bool SystemInstruction(DecodedOperation* operation, uint op1, uint crn, uint crm, uint op2, uint rt) =>
        Write(operation, 1, op1, crn, crm, op2, rt);

    internal static bool SystemInstructionWithResult(DecodedOperation* operation, uint op1, uint crn, uint crm, uint op2, uint rt) =>
        Read(operation, 1, op1, crn, crm, op2, rt);

    internal static bool MoveToSystemRegister(DecodedOperation* operation, uint o0, uint op1, uint crn, uint crm, uint op2, uint rt) =>
        Write(operation, 2 + o0, op1, crn, crm, op2, rt);

    internal static bool MoveFromSystemRegister(DecodedOperation* operation, uint o0, uint op1, uint crn, uint crm, uint op2, uint rt) =>
        Read(operation, 2 + o0, op1, crn, crm, op2, rt);

    private static bool Read(DecodedOperation* operation, uint op0, uint op1, uint crn, uint crm, uint op2, uint rt)
    {
        operation->Rd = rt == 31 ? (byte)CpuState.Sink : (byte)rt;
        return Access(operation, op0, op1, crn, crm, op2, &SystemHandlers.ReadRegister);
    }

    private static bool Write(DecodedOperation* operation, uint op0, uint op1, uint crn, uint crm, uint op2, uint rt)
    {
        operation->Rn = rt == 31 ? (byte)CpuState.Zero : (byte)rt;
        return Access(operation, op0, op1, crn, crm, op2, &SystemHandlers.WriteRegister);
    }

    private static bool Access(
        DecodedOperation* operation,
        uint op0,
        uint op1,
        uint crn,
        uint crm,
        uint op2,
        delegate*<CpuState*, DecodedOperation*, DecodedOperation*> handler)
    {
        operation->C = SystemRegisterAccess.Encode((int)op0, (int)op1, (int)crn, (int)crm, (int)op2);
        operation->Immediate = (ulong)SystemRegisterTable.Find(operation->C);
        return Set(operation, handler);
    }

    private static bool Call(DecodedOperation* operation, uint immediate, delegate*<CpuState*, DecodedOperation*, DecodedOperation*> handler)
    {
        operation->C = (ushort)immediate;
        return Set(operation, handler);
    }

    private static bool Set(DecodedOperation* operation, delegate*<CpuState*, DecodedOperation*, DecodedOperation*> handler)
    {
        operation->Handler = handler;
        return true;
    }
}
