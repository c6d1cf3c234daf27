using System.Runtime.Intrinsics;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>Loads and stores of 16 bytes that the data TLB does not answer. Nothing is done by halves when there is a fault.</summary>
internal sealed unsafe partial class Processor
{
    private const int Quadword = 16;

    /// <summary>Loads 16 bytes.</summary>
    /// <param name="operation">The operation that loads; counts and PC become exact.</param>
    /// <param name="address">Virtual address.</param>
    /// <param name="value">What was loaded.</param>
    /// <returns>False when an exception was taken or the access is parked: the handler must return <see cref="Flow.Continue"/>.</returns>
    public bool LoadQuadword(DecodedOperation* operation, ulong address, out Vector128<ulong> value)
    {
        value = default;
        if (!BeginQuadword(operation, address, AccessKind.Read)
            || !Load(operation, address, 8, unprivileged: false, out ulong low)
            || !Load(operation, address + 8, 8, unprivileged: false, out ulong high))
        {
            return false;
        }

        value = Vector128.Create(low, high);
        return true;
    }

    /// <summary>Stores 16 bytes.</summary>
    /// <param name="operation">The operation that stores; counts and PC become exact.</param>
    /// <param name="address">Virtual address.</param>
    /// <param name="value">What to store.</param>
    /// <returns>False when an exception was taken or the access is parked: the handler must return <see cref="Flow.Continue"/>.</returns>
    public bool StoreQuadword(DecodedOperation* operation, ulong address, Vector128<ulong> value) =>
        BeginQuadword(operation, address, AccessKind.Write)
        && Store(operation, address, value[0], 8, unprivileged: false)
        && Store(operation, address + 8, value[1], 8, unprivileged: false);

    // Takes the exceptions that the whole access gives and its halves would not.
    private bool BeginQuadword(DecodedOperation* operation, ulong address, AccessKind kind)
    {
        _ = Flow.Synchronize(State, operation);
        return CheckAlignment(address, Quadword, kind)
            && Probe(operation, address, Quadword, kind, unprivileged: false)
            && TranslateData(address, kind, unprivileged: false, out Translation translation)
            && CheckDeviceAlignment(address, Quadword, kind, translation);
    }
}
