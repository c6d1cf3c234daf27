using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;
using Emulator.Memory;

namespace Emulator.Tests.Cpu.System;

/// <summary>One CPU with RAM, run by the interpreter.</summary>
internal sealed unsafe class CpuWorld : IDisposable
{
    public const ulong RamBase = 0x4000_0000;
    public const ulong RamSize = 1 << 24;

    /// <summary>Where <see cref="Execute"/> puts its instruction.</summary>
    public const ulong Code = RamBase + 0x1_0000;

    /// <summary>The vector tables of EL1 to EL3 stand here, one after another.</summary>
    public const ulong Vectors = RamBase + 0x2_0000;

    private readonly CodeCache _code;

    public CpuWorld(CpuModel? model = null, MachineRandom? random = null)
    {
        Ram = new GuestRam("ram", RamSize);
        Bus.MapRam(RamBase, Ram);
        model ??= CpuModel.CortexA57;
        _code = new CodeCache(model.Features);
        Cpu = new Processor(0, model, Bus, _code, Unimplemented) { Random = random ?? new MachineRandom(0, "cpu") };
        for (int level = 1; level <= 3; level++)
        {
            this[SystemRegisterSlot.VbarEl1 + level - 1] = VectorsOf(level);
        }
    }

    public SystemBus Bus { get; } = new();

    public GuestRam Ram { get; }

    public UnimplementedAccesses Unimplemented { get; } = new();

    public Processor Cpu { get; }

    public InterpreterEngine Engine { get; } = new();

    public CpuState* State => Cpu.State;

    public ulong Pc => Cpu.State->Pc;

    public ref ulong this[SystemRegisterSlot slot] => ref Cpu.Register(slot);

    public static ulong VectorsOf(int level) => Vectors + ((ulong)level * 0x1000);

    public ulong X(int n) => Cpu.State->X[n];

    public void SetX(int n, ulong value) => Cpu.State->X[n] = value;

    /// <summary>Brings the CPU to a level by ERET from the highest one, with all interrupts masked.</summary>
    public CpuWorld Enter(int level, bool secure = false, uint mask = 0x3c0, bool handlerStack = true)
    {
        int highest = Cpu.Model.HighestLevel;
        if (Cpu.ExceptionLevel != highest)
        {
            throw new InvalidOperationException("enter a level but once");
        }

        if (Cpu.Model.HasEl3)
        {
            this[SystemRegisterSlot.ScrEl3] = secure ? this[SystemRegisterSlot.ScrEl3] & ~SecureConfiguration.NonSecure : this[SystemRegisterSlot.ScrEl3] | SecureConfiguration.NonSecure;
        }

        this[SystemRegisterSlot.SpsrEl1 + highest - 1] = mask | ((uint)level << 2) | (handlerStack && level != 0 ? 1u : 0);
        this[SystemRegisterSlot.ElrEl1 + highest - 1] = Code;
        Write(Code - 0x100, A64.Eret);
        State->Pc = Code - 0x100;
        Run(1);
        if (Cpu.ExceptionLevel != level)
        {
            throw new InvalidOperationException($"at EL{Cpu.ExceptionLevel} instead of EL{level}");
        }

        return this;
    }

    public void Write(ulong address, params uint[] words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            Ram.Write(address - RamBase + ((ulong)i * 4), BitConverter.GetBytes(words[i]));
        }
    }

    public void Write64(ulong address, ulong value) => Ram.Write(address - RamBase, BitConverter.GetBytes(value));

    public ulong Read64(ulong address)
    {
        Span<byte> bytes = stackalloc byte[8];
        Ram.Read(address - RamBase, bytes);
        return BitConverter.ToUInt64(bytes);
    }

    /// <summary>Runs so many instructions and exception entries, or up to a request to leave.</summary>
    public void Run(long count)
    {
        State->ExitRequest = 0;
        Engine.Run(Cpu, State->Retired + count);
    }

    /// <summary>Runs so many, looking at interrupts as a machine does.</summary>
    public void RunWithInterrupts(long count)
    {
        long limit = State->Retired + count;
        while (State->Retired < limit && Cpu.Wait == WaitKind.None)
        {
            State->ExitRequest = 0;
            if (!Cpu.TakePendingInterrupt())
            {
                Engine.Run(Cpu, limit);
            }
        }
    }

    /// <summary>Executes one instruction at <see cref="Code"/>, or at the PC.</summary>
    public void Execute(uint instruction, ulong? at = null)
    {
        ulong address = at ?? Code;
        Write(address, instruction);
        State->Pc = address;
        Run(1);
    }

    /// <summary>The exception class in ESR of a level.</summary>
    public ExceptionClass ClassAt(int level) => (ExceptionClass)(this[SystemRegisterSlot.EsrEl1 + level - 1] >> 26);

    /// <summary>The ISS field in ESR of a level.</summary>
    public uint IssAt(int level) => (uint)this[SystemRegisterSlot.EsrEl1 + level - 1] & 0x1ff_ffff;

    public void Dispose()
    {
        Cpu.Dispose();
        _code.Dispose();
        Ram.Dispose();
    }
}
