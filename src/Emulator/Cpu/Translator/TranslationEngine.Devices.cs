using System.Runtime.CompilerServices;
using Emulator.Cpu.FastForward;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;
using Emulator.Memory;

namespace Emulator.Cpu.Translator;

/// <summary>Loads and stores of devices: generated code leaves for each, and is entered again behind it.</summary>
internal sealed unsafe partial class TranslationEngine
{
    // Accesses until the method is called again: the run-time compiles what is called often, and a call that lasts stays in what was compiled before.
    private const int AccessesOfCall = 1024;

    // A load or store of a device; then on behind it, and so for a while as long as that is what generated code leaves for. False when the block cannot go on. Here every
    // instruction counts: by itself, so that it has the host's registers for itself, without what few accesses need.
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private bool AccessDevices(Processor processor, ref TranslationExit exit, long limit, out DecodedOperation* next)
    {
        CpuState* state = processor.State;
        PollDetector? polls = processor.Polls;
        BusInitiator initiator = processor.Initiator;
        int generation = _cache.Generation;
        delegate* unmanaged[SuppressGCTransition]<CpuState*, void*, long, uint> enter = _cache.Enter;
        TranslationExit access = exit;
        int left = AccessesOfCall;

        // The device that was accessed last comes first.
        ref DeviceTlbEntry entry = ref processor.Tlb.DeviceEntryFor(state->AccessAddress);
        do
        {
            _accesses++;
            DecodedOperation* operation = state->PageOperations + access.Index;
            var word = new LoadStoreWord(operation->Encoding);
            ulong address = state->AccessAddress;
            ulong tag = state->TagOf(address, word.Size);
            bool isFound = (word.IsStore ? entry.WriteTag : entry.ReadTag) == tag;
            if (!isFound)
            {
                entry = ref processor.Tlb.DeviceEntryFor(address);
                isFound = (word.IsStore ? entry.WriteTag : entry.ReadTag) == tag;
            }

            if (isFound && entry.TryGetOffset(address, word.Size, out ulong offset))
            {
                state->Retired = limit - state->TranslatedBudget - access.Refund;
                state->Entry = operation;
                state->Pc = state->PageAddress + ((ulong)access.Index * sizeof(uint));
                BusRegion region = entry.Region!;
                region.Accesses++;
                BusStatus status;
                if (word.IsStore)
                {
                    polls?.NoteEffect();
                    status = region.Device!.Write(new BusAccess(offset, word.Size, initiator, entry.IsSecure), state->X[operation->Rd]);
                }
                else
                {
                    polls?.NotePoll(state);
                    BusResult result = region.Device!.Read(new BusAccess(offset, word.Size, initiator, entry.IsSecure));
                    status = result.Status;
                    state->X[status == BusStatus.Ok ? operation->Rd : CpuState.Sink] = word.IsSigned ? word.Extend(result.Value) : result.Value;
                }

                if (((int)status | state->ExitRequest | (generation ^ _cache.Generation)) != 0)
                {
                    return LeaveBehind(processor, operation, status, out next);
                }
            }
            else
            {
                Settle(state, limit);
                if (!InterpretAccess(state, access, out next))
                {
                    return false;
                }
            }

            access = new TranslationExit(enter(state, state->TranslatedResume, state->TranslatedBudget));
        }
        while (access.Kind == ExitKind.Access && --left > 0);
        Settle(state, limit);
        exit = access;
        next = null;
        return true;
    }

    // Always false: the access has not ended well, somebody wants to look, or translations are gone.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool LeaveBehind(Processor processor, DecodedOperation* operation, BusStatus status, out DecodedOperation* next)
    {
        CpuState* state = processor.State;
        NoteFloatStatus(state);
        if (status != BusStatus.Ok)
        {
            processor.EndDeviceAccess(state->AccessAddress, new LoadStoreWord(operation->Encoding).IsStore ? AccessKind.Write : AccessKind.Read, status);
            next = Flow.Continue(state);
            return false;
        }

        next = Flow.Next(state, operation);
        if (next is not null)
        {
            CpuState.CountUpTo(state, next);
        }

        return false;
    }

    // As below, for an instruction that does not change the mode.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool InterpretAccess(CpuState* state, TranslationExit exit, out DecodedOperation* next)
    {
        DecodedOperation* operation = Arrive(state, exit.Index, exit.Refund);
        int generation = _cache.Generation;
        next = operation->Handler(state, operation);
        if (next == operation + 1 && generation == _cache.Generation)
        {
            return true;
        }

        if (next is not null)
        {
            CpuState.CountUpTo(state, next);
        }

        return false;
    }
}
