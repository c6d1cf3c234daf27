using System.Runtime.Intrinsics;
using Emulator.Cpu;
using Emulator.Cpu.Isa;
using Emulator.Cpu.System;
using Emulator.Tests.Cpu.System;

namespace Emulator.Tests.Cpu.Interpreter.Simd;

/// <summary>A CPU at EL1 with FP and SIMD enabled, and normal memory: the first 2 MiB of RAM are mapped, those after it are not.</summary>
internal sealed unsafe class SimdWorld : IDisposable
{
    /// <summary>End of what is mapped.</summary>
    public const ulong MappedEnd = CpuWorld.RamBase + 0x20_0000;

    /// <summary>Somewhere in what is mapped.</summary>
    public const ulong Data = CpuWorld.RamBase + 0x8_0000;

    private const ulong Tables = CpuWorld.RamBase + 0x4_0000;

    public SimdWorld(uint stackAlignmentCheck = 0)
    {
        // 39-bit addresses: a first-level table for 1 GiB each, a second-level table for 2 MiB each.
        World.Write64(Tables + 8, (Tables + 0x1000) | 3);
        World.Write64(Tables + 0x1000, CpuWorld.RamBase | 0x701);
        World[SystemRegisterSlot.Ttbr0El1] = Tables;
        World[SystemRegisterSlot.TcrEl1] = 25;
        World[SystemRegisterSlot.MairEl1] = 0xff;
        World[SystemRegisterSlot.SctlrEl1] = 0x30d0_0801 | (stackAlignmentCheck << 3);
        World[SystemRegisterSlot.CpacrEl1] = 3 << 20;
        World.Enter(1);
    }

    public CpuWorld World { get; } = new();

    public CpuState* State => World.State;

    /// <summary>An instruction of a row; fields that are not named are zero.</summary>
    public static uint Encode(A64Opcode opcode, params (string Field, uint Value)[] fields)
    {
        A64Row row = A64Table.Find(opcode)!;
        uint word = row.Value;
        foreach ((string name, uint value) in fields)
        {
            A64Field field = row.Fields.Single(candidate => candidate.Name == name);
            word |= value << field.Shift;
        }

        Assert.That(A64Decoder.Decode(word), Is.EqualTo(opcode));
        return word;
    }

    /// <summary>Executes an instruction.</summary>
    /// <returns>False when it took an exception.</returns>
    public bool Execute(uint instruction)
    {
        World.Execute(instruction);
        return World.Pc == CpuWorld.Code + 4;
    }

    public Vector128<T> Read<T>(int register) => *(Vector128<T>*)(State->V + (2 * register));

    public void Write<T>(int register, Vector128<T> value) => *(Vector128<T>*)(State->V + (2 * register)) = value;

    /// <summary>Makes registers differ from anything that a test expects.</summary>
    public void FillRegisters()
    {
        for (int i = 0; i < 64; i++)
        {
            State->V[i] = 0xa5a5_0000_5a5a_0000 + (ulong)i;
        }
    }

    public byte[] ReadMemory(ulong address, int length)
    {
        byte[] bytes = new byte[length];
        World.Ram.Read(address - CpuWorld.RamBase, bytes);
        return bytes;
    }

    public void WriteMemory(ulong address, byte[] bytes) => World.Ram.Write(address - CpuWorld.RamBase, bytes);

    public void Dispose() => World.Dispose();
}
