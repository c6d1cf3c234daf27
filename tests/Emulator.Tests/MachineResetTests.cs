using Emulator.Boards;
using Emulator.Cpu.Interpreter;
using Emulator.Firmware;
using Emulator.Tests.Firmware;

namespace Emulator.Tests;

internal sealed class MachineResetTests
{
    private const ulong Code = 0x4020_0000;
    private const ulong Zeroed = Code + 16;
    private const ulong Length = 0x5000;

    [Test]
    public void An_image_stands_in_memory_after_a_reset_as_at_the_start()
    {
        using Machine machine = Create();
        byte[] atStart = Read(machine);

        machine.Ram.Write(Code - machine.Board.Ram.Base, Enumerable.Repeat((byte)0xa5, (int)Length).ToArray());
        machine.Reset();

        Assert.That(Read(machine), Is.EqualTo(atStart));
        Assert.That(atStart[..16], Has.Some.Not.Zero);
    }

    [Test]
    public void The_device_tree_stands_in_memory_after_a_reset_too()
    {
        using Machine machine = Create();
        byte[] junk = new byte[machine.DeviceTree.Length];
        Array.Fill(junk, (byte)0xa5);

        machine.Ram.Write(0, junk);
        machine.Reset();

        machine.Ram.Read(0, junk);
        Assert.That(junk, Is.EqualTo(machine.DeviceTree.ToArray()));
    }

    [Test]
    public void Zeros_of_an_image_touch_no_page_of_new_memory()
    {
        using Machine machine = Create();

        Assert.That(machine.Ram.IsDirty((int)((Code - machine.Board.Ram.Base) >> 12)), Is.True);
        Assert.That(machine.Ram.IsDirty((int)((Zeroed + 0x2000 - machine.Board.Ram.Base) >> 12)), Is.False);
    }

    // 16 bytes of code, and a .bss after them.
    private static Machine Create()
    {
        BoardDescription board = Board.Virt.Describe(new BoardOptions { MemorySize = 16.MiB() });
        var sources = new BootSources { Kernel = new ElfBuilder { Entry = Code }.Segment(Code, 16, Length).Build() };
        return new Machine(board, HandOver.Plan(board, sources), new InterpreterEngine(), new MachineSettings());
    }

    private static byte[] Read(Machine machine)
    {
        byte[] bytes = new byte[Length];
        machine.Ram.Read(Code - machine.Board.Ram.Base, bytes);
        return bytes;
    }
}
