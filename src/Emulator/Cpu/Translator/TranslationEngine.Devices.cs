using System.Runtime.CompilerServices;
using Emulator.Cpu.FastForward;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;
using Emulator.Memory;

namespace Emulator.Cpu.Translator;

/// <summary>Loads and stores of devices: generated code leaves for each, and is entered again behind it.</summary>
internal sealed unsafe partial class TranslationEngine
{
    // What generated code left for when it was no access of a device any more, and the next operation after one that was interpreted, or where the block cannot go on.
    private TranslationExit _exit;
    private DecodedOperation* _next;

    // A load or store of a device; then on behind it, as long as that is what generated code leaves for. False when the block cannot go on. Here every instruction counts, so few
    // variables live from access to access, and those that few accesses need are not among them. Compiled at once and for good: see docs/translation.md.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private bool AccessDevices(CpuState* state, TranslationExit access, long limit)
    {
        TranslationCache cache = _cache;
        int generation = cache.Generation;
        Processor processor = CpuState.ProcessorOf(state);
        PollDetector? polls = processor.Polls;
        ref AccessSite first = ref processor.Tlb.Sites.First(cache);
        do
        {
            _accesses++;
            ref AccessSite site = ref AccessSites.Of(ref first, access);
            if (site.IsAt(state) || TryResolve(state, access, ref site))
            {
                state->Retired = limit - state->TranslatedBudget - site.Refund;
                state->Entry = site.Operation;
                state->Pc = state->PageAddress + site.PageOffset;
                BusRegion region = site.Region!;
                region.Accesses++;
                BusStatus status;
                if (site.IsStore)
                {
                    polls?.NoteEffect();
                    status = region.Device!.Write(site.Access, state->X[site.Register]);
                }
                else
                {
                    polls?.NotePoll(state);
                    BusResult result = region.Device!.Read(site.Access);
                    status = result.Status;
                    if (status == BusStatus.Ok)
                    {
                        state->X[site.Register] = site.Extend(result.Value);
                    }
                }

                if (((int)status | state->ExitRequest | (generation ^ cache.Generation)) != 0)
                {
                    return LeaveBehind(state, status);
                }
            }
            else if (!InterpretAccess(state, access, limit))
            {
                return false;
            }

            access = new TranslationExit(cache.Enter(state));
        }
        while (access.Kind == ExitKind.Access);
        Settle(state, limit);
        _exit = access;
        _next = null;
        return true;
    }

    // Looks the access up in the TLB of devices. False when that does not know it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryResolve(CpuState* state, TranslationExit access, ref AccessSite site)
    {
        Processor processor = CpuState.ProcessorOf(state);
        DecodedOperation* operation = state->PageOperations + access.Index;
        var word = new LoadStoreWord(operation->Encoding);
        ulong address = state->AccessAddress;
        ref DeviceTlbEntry entry = ref processor.Tlb.DeviceEntryFor(address);
        if ((word.IsStore ? entry.WriteTag : entry.ReadTag) != state->TagOf(address, word.Size) || !entry.TryGetOffset(address, word.Size, out ulong offset))
        {
            return false;
        }

        site = new AccessSite
        {
            Resume = state->TranslatedResume,
            Address = address,
            Context = state->TlbContext,
            Operation = operation,
            PageOffset = (uint)access.Index * sizeof(uint),
            Refund = access.Refund,
            Region = entry.Region,
            Access = new BusAccess(offset, word.Size, processor.Initiator, entry.IsSecure),
            Register = operation->Rd,
            IsStore = word.IsStore,
            SignShift = (byte)word.SignShift,
            Mask = word.Mask,
        };
        return true;
    }

    // Always false: the access has not ended well, somebody wants to look, or translations are gone.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool LeaveBehind(CpuState* state, BusStatus status)
    {
        DecodedOperation* operation = state->Entry;
        NoteFloatStatus(state);
        if (status != BusStatus.Ok)
        {
            _ = CpuState.ProcessorOf(state).EndDeviceAccess(state->AccessAddress, new LoadStoreWord(operation->Encoding).IsStore ? AccessKind.Write : AccessKind.Read, status);
            _next = Flow.Continue(state);
            return false;
        }

        _next = Flow.Next(state, operation);
        if (_next is not null)
        {
            CpuState.CountUpTo(state, _next);
        }

        return false;
    }

    // As InterpretWithin, for an instruction that does not change the mode.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool InterpretAccess(CpuState* state, TranslationExit exit, long limit)
    {
        Settle(state, limit);
        DecodedOperation* operation = Arrive(state, exit.Index, exit.Refund);
        int generation = _cache.Generation;
        _next = operation->Handler(state, operation);
        if (_next == operation + 1 && generation == _cache.Generation)
        {
            return true;
        }

        if (_next is not null)
        {
            CpuState.CountUpTo(state, _next);
        }

        return false;
    }
}
