using System.Runtime.CompilerServices;
using Emulator.Cpu.Interpreter;

namespace Emulator.Cpu.Translator;

/// <summary>Executes generated code, and between its ways out and in what it leaves to others.</summary>
internal sealed unsafe partial class TranslationEngine
{
    // To the next taken branch; or to the limit, when that is near. Exceptions and returns from them are none: often the next one comes before any loop does.
    private static DecodedOperation* Interpret(CpuState* state, DecodedOperation* operation, long limit)
    {
        DecodedOperation* next = operation;
        while (limit - state->Retired > CodePage.Words)
        {
            ushort opcode;
            do
            {
                operation = next;
                opcode = operation->Opcode;
                next = operation->Handler(state, operation);
            }
            while (next == operation + 1);

            if (next is null || !IsWayOut(opcode))
            {
                return next;
            }
        }

        operation = next;
        while (state->Retired + (operation - state->Entry) < limit)
        {
            next = Fusion.Single(operation)(state, operation);
            if (next != operation + 1)
            {
                return next;
            }

            operation = next;
        }

        return Flow.LeaveBefore(state, operation);
    }

    private DecodedOperation* Execute(Processor processor, DecodedOperation* operation, void* code, long limit)
    {
        processor.State->TranslatedVectors = 0;
        processor.State->TranslatedFloatControl = HostFloatControl;
        return Execute(processor, operation, code, limit - processor.State->Retired, limit);
    }

    private DecodedOperation* Execute(Processor processor, DecodedOperation* operation, void* code, long budget, long limit)
    {
        CpuState* state = processor.State;
        state->TranslatedResume = code;
        state->TranslatedBudget = budget;
        bool hasObserver = Observer is not null || processor.Bus.Observer is not null;
        while (true)
        {
            if (Observer is not null && !ShowEntry(processor, operation, new TranslationEntry((nint)state->TranslatedResume, state->TranslatedBudget, limit, _cache.Generation)))
            {
                return null;
            }

            var exit = new TranslationExit(_cache.Enter(state));
            Settle(state, limit);
            if (Observer is not null && !ShowExit(processor, exit))
            {
                return null;
            }

            if (exit.Kind == ExitKind.Access)
            {
                if (!(hasObserver ? InterpretAccess(state, exit, limit) : AccessDevices(state, exit, limit)))
                {
                    return _next;
                }

                operation = _next;
                exit = hasObserver ? exit : _exit;
            }

            _exits[(int)exit.Kind]++;
            switch (exit.Kind)
            {
                case ExitKind.Budget:
                    if (exit.Count != TranslationExit.InRegion)
                    {
                        NoteSample(state, exit.Index);
                    }

                    return Interpret(state, Arrive(state, exit.Index, exit.Refund), limit);

                case ExitKind.Lookup:
                    // What is behind the limit is not looked at yet: fetching it may fault.
                    return state->TranslatedBudget > 0 ? processor.FindOperation() : null;

                case ExitKind.Link:
                    operation = Arrive(state, _cache.LinkOf(exit.Link).Index, 0);
                    int before = _cache.Generation;
                    code = FindCode(state, operation);
                    if (code is null)
                    {
                        return Interpret(state, operation, limit);
                    }

                    if (before == _cache.Generation)
                    {
                        _cache.Link(exit.Link, code);
                    }

                    state->TranslatedResume = code;
                    break;

                case ExitKind.Access:
                    break;

                default:
                    bool isWayOut = IsWayOut(state->PageOperations[exit.Index].Opcode);
                    if (!InterpretWithin(state, exit, out operation))
                    {
                        return operation is null || !isWayOut ? operation : Interpret(state, operation, limit);
                    }

                    break;
            }
        }
    }

    // Generated code was left: what the host has noted of floating point goes to FPSR, and the count is that behind all that blocks have taken from the budget.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Settle(CpuState* state, long limit)
    {
        NoteFloatStatus(state);
        state->Retired = limit - state->TranslatedBudget;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NoteFloatStatus(CpuState* state)
    {
        if (state->TranslatedVectors != 0)
        {
            state->FloatingPointStatus |= (state->TranslatedFloatControl >> 1) & HostExceptions;
            state->TranslatedFloatControl = HostFloatControl;
        }
    }

    private bool ShowEntry(Processor processor, DecodedOperation* operation, TranslationEntry entry)
    {
        _entry = entry;
        _ = Flow.Synchronize(processor.State, operation);
        return Observer!.Entering(processor);
    }

    private bool ShowExit(Processor processor, TranslationExit exit)
    {
        if (exit.Kind == ExitKind.Lookup)
        {
            return Observer!.Left(processor);
        }

        CpuState* state = processor.State;
        bool isLink = exit.Kind == ExitKind.Link;
        int refund = isLink ? 0 : exit.Refund;
        DecodedOperation* operation = Arrive(state, isLink ? _cache.LinkOf(exit.Link).Index : exit.Index, refund);
        state->Pc = CpuState.AddressOf(state, operation);
        bool goesOn = Observer!.Left(processor);
        state->Retired += goesOn ? refund : 0;
        return goesOn;
    }

    // What a block leaves to the interpreter. False when the block cannot go on behind it.
    private bool InterpretWithin(CpuState* state, TranslationExit exit, out DecodedOperation* next)
    {
        DecodedOperation* operation = Arrive(state, exit.Index, exit.Refund);
        int generation = _cache.Generation;
        TranslationMode mode = ModeOf(state);
        for (int count = exit.Count; count > 0; count--)
        {
            next = operation->Handler(state, operation);
            if (next != operation + 1 || generation != _cache.Generation || mode != ModeOf(state))
            {
                if (next is not null)
                {
                    CpuState.CountUpTo(state, next);
                }

                return false;
            }

            operation = next;
        }

        next = operation;
        return true;
    }

    // Counts and place are as the interpreter has them before an operation. Retired is already without what blocks have taken from the budget.
    private static DecodedOperation* Arrive(CpuState* state, int index, int refund)
    {
        DecodedOperation* operation = state->PageOperations + index;
        state->Retired -= refund;
        state->Entry = operation;
        return operation;
    }
}
