using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Emulator.Cpu.System;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>
/// Loads and stores of structures, LD1 to LD4 and ST1 to ST4 (Arm ARM C3.2.10). T is an element. The base is written back with Immediate and register
/// Rm added, which are both zero where the instruction does not.
/// </summary>
internal static unsafe class StructureHandlers
{
    private const int MaximumBytes = 64;

    /// <summary>Whole registers: A of them from Rd on, as A arrays or (B = A) as structures; C elements to a register.</summary>
    public static DecodedOperation* LoadMultiple<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged
    {
        if (!TryBegin(state, operation, out DecodedOperation* next))
        {
            return next;
        }

        ulong address = state->X[operation->Rn];
        byte* buffer = stackalloc byte[MaximumBytes];
        int count = operation->A * operation->C;
        if (!TryGetPointer<T>(state, address, count, write: false, out byte* source))
        {
            source = buffer;
            if (!LoadElements(state, operation, address, (T*)buffer, count))
            {
                return Flow.Continue(state);
            }
        }

        WriteBack(state, operation, address);
        if (operation->B == 1)
        {
            FillRegisters(state, operation, source, operation->C * sizeof(T));
        }
        else
        {
            SeparateStructures(state, operation, (T*)source);
        }

        return Flow.Next(state, operation);
    }

    /// <summary>Whole registers: A of them from Rd on, as A arrays or (B = A) as structures; C elements to a register.</summary>
    public static DecodedOperation* StoreMultiple<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged
    {
        if (!TryBegin(state, operation, out DecodedOperation* next))
        {
            return next;
        }

        ulong address = state->X[operation->Rn];
        byte* buffer = stackalloc byte[MaximumBytes];
        int count = operation->A * operation->C;
        bool direct = TryGetPointer<T>(state, address, count, write: true, out byte* target);
        target = direct ? target : buffer;
        if (operation->B == 1)
        {
            EmptyRegisters(state, operation, target, operation->C * sizeof(T));
        }
        else
        {
            JoinStructures(state, operation, (T*)target);
        }

        if (!direct && !StoreElements(state, operation, address, (T*)buffer, count))
        {
            return Flow.Continue(state);
        }

        WriteBack(state, operation, address);
        return Flow.Next(state, operation);
    }

    /// <summary>Element B of A registers from Rd on.</summary>
    public static DecodedOperation* LoadSingle<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged
    {
        if (!TryBegin(state, operation, out DecodedOperation* next))
        {
            return next;
        }

        ulong address = state->X[operation->Rn];
        byte* buffer = stackalloc byte[MaximumBytes];
        if (!LoadElements(state, operation, address, (T*)buffer, operation->A))
        {
            return Flow.Continue(state);
        }

        WriteBack(state, operation, address);
        for (int i = 0; i < operation->A; i++)
        {
            Vectors.WriteElement(state, (operation->Rd + i) & 31, operation->B, ((T*)buffer)[i]);
        }

        return Flow.Next(state, operation);
    }

    /// <summary>Element B of A registers from Rd on.</summary>
    public static DecodedOperation* StoreSingle<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged
    {
        if (!TryBegin(state, operation, out DecodedOperation* next))
        {
            return next;
        }

        ulong address = state->X[operation->Rn];
        byte* buffer = stackalloc byte[MaximumBytes];
        for (int i = 0; i < operation->A; i++)
        {
            ((T*)buffer)[i] = Vectors.ReadElement<T>(state, (operation->Rd + i) & 31, operation->B);
        }

        if (!StoreElements(state, operation, address, (T*)buffer, operation->A))
        {
            return Flow.Continue(state);
        }

        WriteBack(state, operation, address);
        return Flow.Next(state, operation);
    }

    /// <summary>One element for all elements of each of A registers from Rd on, which have C elements.</summary>
    public static DecodedOperation* LoadReplicated<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged
    {
        if (!TryBegin(state, operation, out DecodedOperation* next))
        {
            return next;
        }

        ulong address = state->X[operation->Rn];
        byte* buffer = stackalloc byte[MaximumBytes];
        if (!LoadElements(state, operation, address, (T*)buffer, operation->A))
        {
            return Flow.Continue(state);
        }

        WriteBack(state, operation, address);
        for (int register = 0; register < operation->A; register++)
        {
            int target = (operation->Rd + register) & 31;
            Vectors.WriteLow(state, target, 0);
            for (int i = 0; i < operation->C; i++)
            {
                Vectors.WriteElement(state, target, i, ((T*)buffer)[register]);
            }
        }

        return Flow.Next(state, operation);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryBegin(CpuState* state, DecodedOperation* operation, out DecodedOperation* next)
    {
        next = null;
        if (state->FloatingPointTrap != 0)
        {
            next = SimdHandlers.Trap(state, operation);
            return false;
        }

        if (operation->Rn == CpuState.StackPointer && (state->X[CpuState.StackPointer] & state->StackAlignmentMask) != 0)
        {
            next = LoadStoreHandlers.StackMisaligned(state, operation);
            return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteBack(CpuState* state, DecodedOperation* operation, ulong address) =>
        state->X[operation->Rn] = address + operation->Immediate + state->X[operation->Rm];

    // One register after the other, of 8 or 16 bytes.
    private static void FillRegisters(CpuState* state, DecodedOperation* operation, byte* source, int bytes)
    {
        for (int i = 0; i < operation->A; i++, source += bytes)
        {
            ulong upper = bytes == 16 ? ((ulong*)source)[1] : 0;
            Vectors.Write(state, (operation->Rd + i) & 31, Vector128.Create(*(ulong*)source, upper));
        }
    }

    private static void EmptyRegisters(CpuState* state, DecodedOperation* operation, byte* target, int bytes)
    {
        for (int i = 0; i < operation->A; i++, target += bytes)
        {
            *(ulong*)target = Vectors.ReadHalf(state, (operation->Rd + i) & 31, 0);
            if (bytes == 16)
            {
                ((ulong*)target)[1] = Vectors.ReadHalf(state, (operation->Rd + i) & 31, 1);
            }
        }
    }

    // All registers make one structure: the first elements of all of them, then the second ones.
    private static void SeparateStructures<T>(CpuState* state, DecodedOperation* operation, T* source)
        where T : unmanaged
    {
        for (int member = 0; member < operation->B; member++)
        {
            int register = (operation->Rd + member) & 31;
            Vectors.WriteLow(state, register, 0);
            for (int i = 0; i < operation->C; i++)
            {
                Vectors.WriteElement(state, register, i, source[(i * operation->B) + member]);
            }
        }
    }

    private static void JoinStructures<T>(CpuState* state, DecodedOperation* operation, T* target)
        where T : unmanaged
    {
        for (int member = 0; member < operation->B; member++)
        {
            for (int i = 0; i < operation->C; i++)
            {
                target[(i * operation->B) + member] = Vectors.ReadElement<T>(state, (operation->Rd + member) & 31, i);
            }
        }
    }

    // All elements in one page that the data TLB knows. Each of them is aligned if the first is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryGetPointer<T>(CpuState* state, ulong address, int count, bool write, out byte* pointer)
        where T : unmanaged
    {
        ulong last = address + (ulong)((count * sizeof(T)) - 1);
        bool known = write
            ? GuestMemoryAccess.TryGetWritePointer(state, address, sizeof(T), state->TlbContext, out pointer)
            : GuestMemoryAccess.TryGetReadPointer(state, address, sizeof(T), state->TlbContext, out pointer);
        return known && ((address ^ last) & ~0xfffUL) == 0;
    }

    private static bool LoadElements<T>(CpuState* state, DecodedOperation* operation, ulong address, T* elements, int count)
        where T : unmanaged
    {
        for (int i = 0; i < count; i++)
        {
            if (!GuestMemoryAccess.Load<T>(state, operation, address + (ulong)(i * sizeof(T)), out ulong value))
            {
                return false;
            }

            elements[i] = Unsafe.As<ulong, T>(ref value);
        }

        return true;
    }

    private static bool StoreElements<T>(CpuState* state, DecodedOperation* operation, ulong address, T* elements, int count)
        where T : unmanaged
    {
        int bytes = count * sizeof(T);
        if (((address ^ (address + (ulong)(bytes - 1))) & ~0xfffUL) != 0
            && !CpuState.ProcessorOf(state).Probe(operation, address, bytes, AccessKind.Write, unprivileged: false))
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            ulong value = 0;
            Unsafe.As<ulong, T>(ref value) = elements[i];
            if (!GuestMemoryAccess.Store<T>(state, operation, address + (ulong)(i * sizeof(T)), value))
            {
                return false;
            }
        }

        return true;
    }
}
