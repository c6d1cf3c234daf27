using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds loads and stores of SIMD structures.</summary>
internal static unsafe partial class Binder
{
    private static bool StoreMultipleStructures(DecodedOperation* operation, uint Q, uint opcode, uint size, uint Rn, uint Rt)
    {
        operation->Rm = CpuState.Zero;
        return BindStoreMultiple(operation, Q, opcode, size, Rn, Rt);
    }

    private static bool LoadMultipleStructures(DecodedOperation* operation, uint Q, uint opcode, uint size, uint Rn, uint Rt)
    {
        operation->Rm = CpuState.Zero;
        return BindLoadMultiple(operation, Q, opcode, size, Rn, Rt);
    }

    private static bool StoreMultipleStructuresPostIndexed(
        DecodedOperation* operation, uint Q, uint Rm, uint opcode, uint size, uint Rn, uint Rt)
    {
        bool allocated = BindStoreMultiple(operation, Q, opcode, size, Rn, Rt);
        SetStructurePostIndex(operation, Rm, operation->A * (8u << (int)Q));
        return allocated;
    }

    private static bool LoadMultipleStructuresPostIndexed(
        DecodedOperation* operation, uint Q, uint Rm, uint opcode, uint size, uint Rn, uint Rt)
    {
        bool allocated = BindLoadMultiple(operation, Q, opcode, size, Rn, Rt);
        SetStructurePostIndex(operation, Rm, operation->A * (8u << (int)Q));
        return allocated;
    }

    private static bool StoreSingleStructure(
        DecodedOperation* operation, uint Q, uint R, uint opcode, uint o0, uint S, uint size, uint Rn, uint Rt)
    {
        operation->Rm = CpuState.Zero;
        return BindStoreSingle(operation, Q, R, opcode, o0, S, size, Rn, Rt);
    }

    private static bool LoadSingleStructure(
        DecodedOperation* operation, uint Q, uint R, uint opcode, uint o0, uint S, uint size, uint Rn, uint Rt)
    {
        operation->Rm = CpuState.Zero;
        return BindLoadSingle(operation, Q, R, opcode, o0, S, size, Rn, Rt);
    }

    private static bool LoadReplicatedStructure(DecodedOperation* operation, uint Q, uint R, uint o0, uint size, uint Rn, uint Rt)
    {
        operation->Rm = CpuState.Zero;
        return BindLoadReplicated(operation, Q, R, o0, size, Rn, Rt);
    }

    private static bool StoreSingleStructurePostIndexed(
        DecodedOperation* operation, uint Q, uint R, uint Rm, uint opcode, uint o0, uint S, uint size, uint Rn, uint Rt)
    {
        bool allocated = BindStoreSingle(operation, Q, R, opcode, o0, S, size, Rn, Rt);
        SetStructurePostIndex(operation, Rm, (uint)operation->A << StructureScale(opcode, size));
        return allocated;
    }

    private static bool LoadSingleStructurePostIndexed(
        DecodedOperation* operation, uint Q, uint R, uint Rm, uint opcode, uint o0, uint S, uint size, uint Rn, uint Rt)
    {
        bool allocated = BindLoadSingle(operation, Q, R, opcode, o0, S, size, Rn, Rt);
        SetStructurePostIndex(operation, Rm, (uint)operation->A << StructureScale(opcode, size));
        return allocated;
    }

    private static bool LoadReplicatedStructurePostIndexed(
        DecodedOperation* operation, uint Q, uint R, uint Rm, uint o0, uint size, uint Rn, uint Rt)
    {
        bool allocated = BindLoadReplicated(operation, Q, R, o0, size, Rn, Rt);
        SetStructurePostIndex(operation, Rm, (uint)operation->A << (int)size);
        return allocated;
    }

    private static bool BindStoreMultiple(DecodedOperation* operation, uint Q, uint opcode, uint size, uint Rn, uint Rt)
    {
        operation->Handler = size switch
        {
            0 => &StructureHandlers.StoreMultiple<byte>,
            1 => &StructureHandlers.StoreMultiple<ushort>,
            2 => &StructureHandlers.StoreMultiple<uint>,
            _ => &StructureHandlers.StoreMultiple<ulong>,
        };
        return SetStructureShape(operation, Q, opcode, size, Rn, Rt);
    }

    private static bool BindLoadMultiple(DecodedOperation* operation, uint Q, uint opcode, uint size, uint Rn, uint Rt)
    {
        operation->Handler = size switch
        {
            0 => &StructureHandlers.LoadMultiple<byte>,
            1 => &StructureHandlers.LoadMultiple<ushort>,
            2 => &StructureHandlers.LoadMultiple<uint>,
            _ => &StructureHandlers.LoadMultiple<ulong>,
        };
        return SetStructureShape(operation, Q, opcode, size, Rn, Rt);
    }

    // How many registers there are, and how many of them make a structure.
    private static bool SetStructureShape(DecodedOperation* operation, uint Q, uint opcode, uint size, uint Rn, uint Rt)
    {
        (operation->A, operation->B) = opcode switch
        {
            0b0000 => ((byte)4, (byte)4),
            0b0010 => ((byte)4, (byte)1),
            0b0100 => ((byte)3, (byte)3),
            0b0110 => ((byte)3, (byte)1),
            0b0111 => ((byte)1, (byte)1),
            0b1000 => ((byte)2, (byte)2),
            0b1010 => ((byte)2, (byte)1),
            _ => ((byte)0, (byte)0),
        };
        operation->C = (ushort)((8 << (int)Q) >> (int)size);
        SetOperands(operation, 0, Rn, (byte)Rt);
        return operation->A != 0 && (operation->B == 1 || size != 3 || Q == 1);
    }

    private static bool BindStoreSingle(
        DecodedOperation* operation, uint Q, uint R, uint opcode, uint o0, uint S, uint size, uint Rn, uint Rt)
    {
        operation->Handler = StructureScale(opcode, size) switch
        {
            0 => &StructureHandlers.StoreSingle<byte>,
            1 => &StructureHandlers.StoreSingle<ushort>,
            2 => &StructureHandlers.StoreSingle<uint>,
            _ => &StructureHandlers.StoreSingle<ulong>,
        };
        return SetSingleStructure(operation, Q, R, opcode, o0, S, size, Rn, Rt);
    }

    private static bool BindLoadSingle(
        DecodedOperation* operation, uint Q, uint R, uint opcode, uint o0, uint S, uint size, uint Rn, uint Rt)
    {
        operation->Handler = StructureScale(opcode, size) switch
        {
            0 => &StructureHandlers.LoadSingle<byte>,
            1 => &StructureHandlers.LoadSingle<ushort>,
            2 => &StructureHandlers.LoadSingle<uint>,
            _ => &StructureHandlers.LoadSingle<ulong>,
        };
        return SetSingleStructure(operation, Q, R, opcode, o0, S, size, Rn, Rt);
    }

    private static bool BindLoadReplicated(DecodedOperation* operation, uint Q, uint R, uint o0, uint size, uint Rn, uint Rt)
    {
        operation->Handler = size switch
        {
            0 => &StructureHandlers.LoadReplicated<byte>,
            1 => &StructureHandlers.LoadReplicated<ushort>,
            2 => &StructureHandlers.LoadReplicated<uint>,
            _ => &StructureHandlers.LoadReplicated<ulong>,
        };
        operation->A = (byte)((2 * o0) + R + 1);
        operation->C = (ushort)((8 << (int)Q) >> (int)size);
        SetOperands(operation, 0, Rn, (byte)Rt);
        return true;
    }

    // The upper bits of the index are Q:S:size; those that a wider element does not need have to be zero.
    private static bool SetSingleStructure(
        DecodedOperation* operation, uint Q, uint R, uint opcode, uint o0, uint S, uint size, uint Rn, uint Rt)
    {
        uint index = (Q << 3) | (S << 2) | size;
        int scale = StructureScale(opcode, size);
        operation->A = (byte)((2 * o0) + R + 1);
        operation->B = (byte)(index >> scale);
        SetOperands(operation, 0, Rn, (byte)Rt);
        return scale switch
        {
            0 => true,
            1 => (size & 1) == 0,
            2 => size == 0,
            _ => size == 1 && S == 0,
        };
    }

    // log2 of an element's bytes: doublewords are a special case of words.
    private static int StructureScale(uint opcode, uint size) => opcode == 2 && (size & 1) != 0 ? 3 : (int)opcode;

    // Rm = 31 stands for the size of what is transferred.
    private static void SetStructurePostIndex(DecodedOperation* operation, uint Rm, uint bytes)
    {
        operation->Rm = Registers.Source(Rm);
        operation->Immediate = Rm == 31 ? bytes : 0;
    }
}
