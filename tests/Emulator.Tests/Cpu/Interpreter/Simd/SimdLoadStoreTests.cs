using System.Runtime.Intrinsics;
using Emulator.Cpu.Isa;
using Emulator.Cpu.System;
using Emulator.Tests.Cpu.System;

namespace Emulator.Tests.Cpu.Interpreter.Simd;

internal sealed unsafe class SimdLoadStoreTests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(1, 128).Select(i => (byte)i)];

    [TestCase(0u, 0u, 1)]
    [TestCase(1u, 0u, 2)]
    [TestCase(2u, 0u, 4)]
    [TestCase(3u, 0u, 8)]
    [TestCase(0u, 1u, 16)]
    public void ALoadZeroesTheRestOfTheRegister(uint size, uint opc1, int bytes)
    {
        using var world = new SimdWorld();
        world.FillRegisters();
        world.WriteMemory(SimdWorld.Data, Bytes);
        world.World.SetX(1, SimdWorld.Data + 3);

        Assert.That(world.Execute(SimdWorld.Encode(A64Opcode.LoadSimdRegisterUnscaled, ("size", size), ("opc1", opc1), ("Rn", 1), ("Rt", 2))));
        Assert.That(RegisterBytes(world, 2), Is.EqualTo(Padded(Bytes[3..(3 + bytes)], 16)));
    }

    [TestCase(0u, 0u, 1)]
    [TestCase(1u, 0u, 2)]
    [TestCase(2u, 0u, 4)]
    [TestCase(3u, 0u, 8)]
    [TestCase(0u, 1u, 16)]
    public void AStoreWritesNoMoreThanItsWidth(uint size, uint opc1, int bytes)
    {
        using var world = new SimdWorld();
        world.Write(2, Vector128.Create(Bytes));
        world.World.SetX(1, SimdWorld.Data);
        uint store = SimdWorld.Encode(
            A64Opcode.StoreSimdRegisterPostIndexed, ("size", size), ("opc1", opc1), ("imm9", 0x1ff), ("Rn", 1), ("Rt", 2));

        Assert.That(world.Execute(store));
        Assert.That(world.ReadMemory(SimdWorld.Data, 32), Is.EqualTo(Padded(Bytes[..bytes], 32)));
        Assert.That(world.World.X(1), Is.EqualTo(SimdWorld.Data - 1));
    }

    [Test]
    public void QuadwordsCrossPages([Values] bool known, [Range(0xff0, 0x1000, 4)] int offset)
    {
        using var world = new SimdWorld();
        ulong address = SimdWorld.Data + (ulong)offset;
        world.World.SetX(1, address);
        world.Write(2, Vector128.Create(Bytes));
        uint store = SimdWorld.Encode(A64Opcode.StoreSimdRegisterUnsignedOffset, ("opc1", 1), ("Rn", 1), ("Rt", 2));
        uint load = SimdWorld.Encode(A64Opcode.LoadSimdRegisterUnsignedOffset, ("opc1", 1), ("Rn", 1), ("Rt", 3));
        if (known)
        {
            Assert.That(world.Execute(store));
        }

        Assert.That(world.Execute(store));
        Assert.That(world.ReadMemory(address, 16), Is.EqualTo(Bytes[..16]));
        Assert.That(world.Execute(load));
        Assert.That(RegisterBytes(world, 3), Is.EqualTo(Bytes[..16]));
    }

    [TestCase(nameof(A64Opcode.StoreSimdRegisterPreIndexed), 8)]
    [TestCase(nameof(A64Opcode.StoreSimdPairPreIndexed), 8)]
    [TestCase(nameof(A64Opcode.StoreSimdPairPreIndexed), 24)]
    [TestCase(nameof(A64Opcode.LoadSimdPairPreIndexed), 24)]
    [TestCase(nameof(A64Opcode.LoadSimdRegisterPreIndexed), 8)]
    public void AFaultLeavesNothingHalfDone(string name, int before)
    {
        using var world = new SimdWorld();
        world.FillRegisters();
        A64Opcode opcode = Enum.Parse<A64Opcode>(name);
        bool pair = name.Contains("Pair", StringComparison.Ordinal);
        ulong start = SimdWorld.MappedEnd - (ulong)before;
        world.World.SetX(1, start - 16);
        world.WriteMemory(start, Bytes[..before]);
        byte[] registers = [.. RegisterBytes(world, 2), .. RegisterBytes(world, 3)];
        uint word = pair
            ? SimdWorld.Encode(opcode, ("opc", 2), ("imm7", 1), ("Rt2", 3), ("Rn", 1), ("Rt", 2))
            : SimdWorld.Encode(opcode, ("opc1", 1), ("imm9", 16), ("Rn", 1), ("Rt", 2));

        Assert.That(world.Execute(word), Is.False);
        Assert.That(world.World.ClassAt(1), Is.EqualTo(ExceptionClass.DataAbort));
        Assert.That(world.World[SystemRegisterSlot.FarEl1], Is.EqualTo(SimdWorld.MappedEnd));
        Assert.That(world.World.X(1), Is.EqualTo(start - 16), "the base is not written back");
        Assert.That(world.ReadMemory(start, before), Is.EqualTo(Bytes[..before]));
        Assert.That((byte[])[.. RegisterBytes(world, 2), .. RegisterBytes(world, 3)], Is.EqualTo(registers));
    }

    [Test]
    public void StructuresThatFaultLeaveNothingHalfDone()
    {
        using var world = new SimdWorld();
        world.FillRegisters();
        ulong start = SimdWorld.MappedEnd - 40;
        world.World.SetX(1, start);
        world.WriteMemory(start, Bytes[..40]);
        byte[] registers = RegisterBytes(world, 2);

        Assert.That(world.Execute(SimdWorld.Encode(A64Opcode.StoreMultipleStructuresPostIndexed, ("Q", 1), ("Rm", 31), ("Rn", 1), ("Rt", 2))), Is.False);
        Assert.That(world.ReadMemory(start, 40), Is.EqualTo(Bytes[..40]));
        Assert.That(world.Execute(SimdWorld.Encode(A64Opcode.LoadMultipleStructuresPostIndexed, ("Q", 1), ("Rm", 31), ("Rn", 1), ("Rt", 2))), Is.False);
        Assert.That(RegisterBytes(world, 2), Is.EqualTo(registers));
        Assert.That(world.World.X(1), Is.EqualTo(start));
    }

    [Test]
    public void StructuresAreSeparatedAndJoined(
        [Values(1, 2, 3, 4)] int members, [Values(0u, 1u, 2u, 3u)] uint size, [Values] bool full, [Values(0ul, 0xff8ul)] ulong offset)
    {
        if (size == 3 && !full)
        {
            return;
        }

        using var world = new SimdWorld();
        world.FillRegisters();
        int width = full ? 16 : 8;
        int element = 1 << (int)size;
        int total = width * members;
        ulong address = SimdWorld.Data + offset;
        world.WriteMemory(address, Bytes);
        world.World.SetX(1, address);
        uint opcode = members switch { 1 => 7u, 2 => 8, 3 => 4, _ => 0 };
        (string, uint)[] fields = [("Q", full ? 1u : 0), ("opcode", opcode), ("size", size), ("Rn", 1), ("Rt", 30), ("Rm", 31)];

        // From V30 on, so that V31 is followed by V0.
        Assert.That(world.Execute(SimdWorld.Encode(A64Opcode.LoadMultipleStructuresPostIndexed, fields)));
        Assert.That(world.World.X(1), Is.EqualTo(address + (ulong)total));
        for (int member = 0; member < members; member++)
        {
            var expected = Enumerable.Range(0, width / element)
                .SelectMany(i => Bytes.Skip(((i * members) + member) * element).Take(element));
            Assert.That(RegisterBytes(world, (30 + member) & 31), Is.EqualTo(Padded([.. expected], 16)));
        }

        world.World.SetX(1, address + 0x2000);
        Assert.That(world.Execute(SimdWorld.Encode(A64Opcode.StoreMultipleStructuresPostIndexed, fields)));
        Assert.That(world.ReadMemory(address + 0x2000, total + 16), Is.EqualTo(Padded(Bytes[..total], total + 16)));
    }

    [TestCase(0b1010u, 2)]
    [TestCase(0b0110u, 3)]
    [TestCase(0b0010u, 4)]
    public void ArraysGoToOneRegisterAfterTheOther(uint opcode, int registers)
    {
        using var world = new SimdWorld();
        world.WriteMemory(SimdWorld.Data, Bytes);
        world.World.SetX(1, SimdWorld.Data);
        world.World.SetX(2, 5);

        Assert.That(world.Execute(SimdWorld.Encode(
            A64Opcode.LoadMultipleStructuresPostIndexed, ("Q", 1), ("opcode", opcode), ("Rn", 1), ("Rt", 4), ("Rm", 2))));
        Assert.That(world.World.X(1), Is.EqualTo(SimdWorld.Data + 5));
        Assert.That(
            Enumerable.Range(4, registers).SelectMany(register => RegisterBytes(world, register)), Is.EqualTo(Bytes.Take(16 * registers)));
    }

    [Test]
    public void ASingleElementLeavesTheOthers()
    {
        using var world = new SimdWorld();
        world.Write(2, Vector128<byte>.AllBitsSet);
        world.WriteMemory(SimdWorld.Data, Bytes);
        world.World.SetX(1, SimdWorld.Data);

        // LD1 {V2.H}[6], whose index is Q:S:size<1>.
        Assert.That(world.Execute(SimdWorld.Encode(
            A64Opcode.LoadSingleStructure, ("Q", 1), ("opcode", 1), ("S", 1), ("Rn", 1), ("Rt", 2))));
        Assert.That(world.Read<ushort>(2), Is.EqualTo(Vector128<ushort>.AllBitsSet.WithElement(6, (ushort)0x0201)));
    }

    [Test]
    public void AReplicatedStructureFillsEachRegister()
    {
        using var world = new SimdWorld();
        world.FillRegisters();
        world.WriteMemory(SimdWorld.Data, Bytes);
        world.World.SetX(1, SimdWorld.Data);

        // LD2R {V31.2S, V0.2S}, [X1], #8
        Assert.That(world.Execute(SimdWorld.Encode(
            A64Opcode.LoadReplicatedStructurePostIndexed, ("R", 1), ("size", 2), ("Rn", 1), ("Rt", 31), ("Rm", 31))));
        Assert.That(world.Read<uint>(31), Is.EqualTo(Vector128.Create(0x04030201u, 0x04030201, 0, 0)));
        Assert.That(world.Read<uint>(0), Is.EqualTo(Vector128.Create(0x08070605u, 0x08070605, 0, 0)));
        Assert.That(world.World.X(1), Is.EqualTo(SimdWorld.Data + 8));
    }

    [TestCase(nameof(A64Opcode.LoadSimdRegisterUnsignedOffset))]
    [TestCase(nameof(A64Opcode.StoreSimdPairSignedOffset))]
    [TestCase(nameof(A64Opcode.LoadMultipleStructures))]
    public void AStackPointerHasToBeAlignedWhenThatIsChecked(string name)
    {
        A64Opcode opcode = Enum.Parse<A64Opcode>(name);
        using var strict = new SimdWorld(stackAlignmentCheck: 1);
        strict.World.SetX(31, SimdWorld.Data + 8);
        uint word = SimdWorld.Encode(opcode, ("Rn", 31));

        Assert.That(strict.Execute(word), Is.False);
        Assert.That(strict.World.ClassAt(1), Is.EqualTo(ExceptionClass.StackAlignment));

        using var lenient = new SimdWorld();
        lenient.World.SetX(31, SimdWorld.Data + 8);
        Assert.That(lenient.Execute(word));
    }

    [Test]
    public void AQuadwordOfDeviceMemoryHasToBeAligned()
    {
        // With the MMU off all memory is of that kind.
        using CpuWorld world = new();
        world[SystemRegisterSlot.CpacrEl1] = 3 << 20;
        world.Enter(1);
        world.SetX(1, SimdWorld.Data + 8);
        world.Execute(SimdWorld.Encode(A64Opcode.LoadSimdRegisterUnsignedOffset, ("opc1", 1), ("Rn", 1)));

        Assert.That(world.ClassAt(1), Is.EqualTo(ExceptionClass.DataAbort));
        Assert.That(world.IssAt(1) & 0x3f, Is.EqualTo((uint)FaultStatus.Alignment));
    }

    [TestCase(nameof(A64Opcode.AddVector))]
    [TestCase(nameof(A64Opcode.SignedAddLong))]
    [TestCase(nameof(A64Opcode.FloatAddScalar))]
    [TestCase(nameof(A64Opcode.FloatMoveToGeneral))]
    [TestCase(nameof(A64Opcode.AesMixColumns))]
    [TestCase(nameof(A64Opcode.LoadSimdRegisterUnsignedOffset))]
    [TestCase(nameof(A64Opcode.StoreSimdRegisterUnsignedOffset))]
    [TestCase(nameof(A64Opcode.LoadSimdPairSignedOffset))]
    [TestCase(nameof(A64Opcode.StoreSimdPairSignedOffset))]
    [TestCase(nameof(A64Opcode.LoadReplicatedStructure))]
    public void InstructionsTrapWhileTheyAreNotEnabled(string name)
    {
        using CpuWorld world = new();
        world.Enter(1);
        world.Execute(SimdWorld.Encode(Enum.Parse<A64Opcode>(name)));

        Assert.That(world.ClassAt(1), Is.EqualTo(ExceptionClass.FloatingPointTrap));
        Assert.That(world[SystemRegisterSlot.ElrEl1], Is.EqualTo(CpuWorld.Code));
    }

    private static byte[] RegisterBytes(SimdWorld world, int register)
    {
        byte[] bytes = new byte[16];
        world.Read<byte>(register).CopyTo(bytes);
        return bytes;
    }

    private static byte[] Padded(byte[] bytes, int length) => [.. bytes, .. new byte[length - bytes.Length]];
}
