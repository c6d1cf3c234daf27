using System.Runtime.InteropServices;
using Emulator.Cpu;

namespace Emulator.Unicorn;

/// <summary>Registers, between the processor's state and libunicorn.</summary>
internal sealed unsafe partial class UnicornProcessor
{
    private const int GeneralRegisters = 33;
    private const int VectorWords = 64;

    // X0 to X30, SP and the flags come first; the rest is written only when it has changed. PC and FPCR come last: the one is written by the start of a run, the other is never read,
    // as no instruction that libunicorn executes changes it, and it keeps but the bits that its CPU has.
    private static readonly UnicornRegister[] Registers =
    [
        .. Enumerable.Range(0, 29).Select(i => UnicornRegister.X0 + i),
        UnicornRegister.X29,
        UnicornRegister.X30,
        UnicornRegister.StackPointer,
        UnicornRegister.Flags,
        .. Enumerable.Range(0, 32).Select(i => UnicornRegister.V0 + i),
        UnicornRegister.FloatingPointStatus,
        UnicornRegister.ProgramCounter,
        UnicornRegister.FloatingPointControl,
    ];

    private readonly ulong[] _knownVectors = new ulong[VectorWords];
    private uint _knownControl;
    private uint _knownStatus;
    private bool _vectorsAreKnown;
    private void** _places;
    private ulong* _flags;

    private void ListRegisters()
    {
        CpuState* state = _processor.State;
        _places = (void**)NativeMemory.AllocZeroed((nuint)(Registers.Length * sizeof(void*)));
        _flags = (ulong*)NativeMemory.AllocZeroed(sizeof(ulong));
        int next = 0;
        for (int i = 0; i <= CpuState.StackPointer; i++)
        {
            _places[next++] = &state->X[i];
        }

        _places[next++] = _flags;
        for (int i = 0; i < 32; i++)
        {
            _places[next++] = &state->V[2 * i];
        }

        _places[next++] = &state->FloatingPointStatus;
        _places[next++] = &state->Pc;
        _places[next] = &state->FloatingPointControl;
    }

    private void FreeRegisters()
    {
        NativeMemory.Free(_places);
        NativeMemory.Free(_flags);
        _places = null;
        _flags = null;
    }

    private void WriteRegisters()
    {
        CpuState* state = _processor.State;
        *_flags = state->GetFlags();
        bool vectorsAreAlike = _vectorsAreKnown
            && _knownControl == state->FloatingPointControl
            && _knownStatus == state->FloatingPointStatus
            && new ReadOnlySpan<ulong>(state->V, VectorWords).SequenceEqual(_knownVectors);

        fixed (UnicornRegister* first = Registers)
        {
            UnicornLibrary.Check("uc_reg_write_batch", UnicornLibrary.WriteRegisters(_handle, first, _places, vectorsAreAlike ? GeneralRegisters : Registers.Length - 2));
            if (!vectorsAreAlike)
            {
                UnicornLibrary.Check("uc_reg_write", UnicornLibrary.WriteRegister(_handle, UnicornRegister.FloatingPointControl, &state->FloatingPointControl));
            }
        }
    }

    private void ReadRegisters()
    {
        CpuState* state = _processor.State;
        fixed (UnicornRegister* first = Registers)
        {
            UnicornLibrary.Check("uc_reg_read_batch", UnicornLibrary.ReadRegisters(_handle, first, _places, Registers.Length - 1));
        }

        state->SetFlags((uint)*_flags);
        new ReadOnlySpan<ulong>(state->V, VectorWords).CopyTo(_knownVectors);
        _knownControl = state->FloatingPointControl;
        _knownStatus = state->FloatingPointStatus;
        _vectorsAreKnown = true;
    }
}
