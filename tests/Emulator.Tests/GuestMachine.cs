using Emulator.Boards;
using Emulator.Cpu;
using Emulator.Firmware;
using Emulator.Interrupts;

namespace Emulator.Tests;

/// <summary>A machine of the virt board with a small guest in RAM instead of an image.</summary>
internal static unsafe class GuestMachine
{
    public const ulong RamBase = 0x4000_0000;

    /// <summary>Where the guest starts; the device tree stands before it.</summary>
    public const ulong CodeBase = 0x4080_0000;

    /// <summary>A page for the guest's data.</summary>
    public const ulong DataBase = 0x4090_0000;

    /// <summary>Where <see cref="Create"/> puts the vectors that a test gives.</summary>
    public const ulong VectorBase = 0x40a0_0000;

    public const ulong Uart = 0x0900_0000;

    public static readonly ushort VirtualCount = SystemRegisterAccess.Encode(3, 3, 14, 0, 2);

    public static readonly ushort VirtualTimerControl = SystemRegisterAccess.Encode(3, 3, 14, 3, 1);

    public static readonly ushort VirtualTimerCompare = SystemRegisterAccess.Encode(3, 3, 14, 3, 2);

    public static readonly ushort VectorBaseAddress = SystemRegisterAccess.Encode(3, 0, 12, 0, 0);

    public static readonly ushort ThreadId = SystemRegisterAccess.Encode(3, 3, 13, 0, 2);

    public static Machine Create(
        GuestAssembler guest, BoardOptions? options = null, GuestAssembler? vectors = null, MachineSettings? settings = null,
        ICpuEngine? engine = null)
    {
        BoardDescription board = Board.Virt.Describe(options ?? new BoardOptions { MemorySize = 16.MiB() });
        var machine = new Machine(
            board,
            HandOver.Plan(board, new BootSources()),
            engine ?? new Emulator.Cpu.Interpreter.InterpreterEngine(),
            settings ?? new MachineSettings());
        machine.Ram.Write(CodeBase - RamBase, guest.ToBytes());
        if (vectors is not null)
        {
            machine.Ram.Write(VectorBase - RamBase, vectors.ToBytes());
        }

        machine.Processors[0].State->Pc = CodeBase;
        return machine;
    }

    public static ulong Register(this Machine machine, int index, int cpu = 0) => machine.Processors[cpu].State->X[index];

    public static ulong ProgramCounter(this Machine machine, int cpu = 0) => machine.Processors[cpu].State->Pc;

    public static ulong ReadDoubleword(this Machine machine, ulong address) =>
        machine.Bus.Read(address, 8, Emulator.Memory.BusInitiator.Host, secure: false).Value;

    public static uint ReadWord(this Machine machine, ulong address) =>
        (uint)machine.Bus.Read(address, 4, Emulator.Memory.BusInitiator.Host, secure: false).Value;

    public static StopReason RunFor(this Machine machine, long instructions) =>
        machine.Run(new RunLimits { MaxInstructions = machine.RetiredInstructions + instructions });
}
