using System.Runtime.InteropServices;
using Emulator.Cpu.System;
using Emulator.Unicorn;

namespace Emulator.InteropTests.Oracle;

/// <summary>The CPU of the installed libunicorn.</summary>
internal sealed unsafe class UnicornSubject : IOracleSubject
{
    private const ulong ClearExclusiveAddress = OracleLayout.Code;
    private const ulong SetUpAddress = OracleLayout.Code + OracleLayout.SlotLength;

    private static readonly UnicornRegister[] Registers = ListRegisters();

    private readonly UnicornCpu _cpu;
    private readonly byte* _memory;
    private readonly RegisterFile* _registers;
    private readonly void** _places;

    public UnicornSubject(UnicornCpuModel model)
    {
        _cpu = new UnicornCpu(model);
        const int length = OracleLayout.CodeLength + OracleLayout.DataLength;
        _memory = (byte*)NativeMemory.AlignedAlloc(length, 4096);
        NativeMemory.Clear(_memory, length);
        _cpu.Map(OracleLayout.Code, _memory, length, UnicornPermissions.All);
        _registers = (RegisterFile*)NativeMemory.AllocZeroed((nuint)sizeof(RegisterFile));
        _places = (void**)NativeMemory.AllocZeroed((nuint)(Registers.Length * sizeof(void*)));
        ListPlaces();
        SetUp(model == UnicornCpuModel.Max);
    }

    /// <inheritdoc/>
    public string Name => "unicorn";

    /// <inheritdoc/>
    public void Execute(OracleCase testCase, OracleResult result)
    {
        if (testCase.Row.Name.Contains("Exclusive", StringComparison.Ordinal))
        {
            // The local exclusive monitor can only be cleared by an instruction.
            _ = _cpu.Run(ClearExclusiveAddress, 1);
        }

        WriteSlot(testCase.Address, testCase.Words);
        testCase.Data.CopyTo(new Span<byte>(_memory + OracleLayout.CodeLength, OracleLayout.DataLength));
        *_registers = testCase.Registers;
        _cpu.Write(Registers, _places);
        UnicornStop stop = _cpu.Run(testCase.Address, testCase.Words.Length);
        _cpu.Read(Registers, _places);
        result.Registers = *_registers;
        result.Registers.Pc = _cpu.Read(UnicornRegister.ProgramCounter);
        result.Outcome = Outcome(stop);
        new ReadOnlySpan<byte>(_memory + OracleLayout.CodeLength, OracleLayout.DataLength).CopyTo(result.Data);
    }

    public void Dispose()
    {
        _cpu.Dispose();
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_registers);
        NativeMemory.Free(_places);
    }

    private static OracleOutcome Outcome(UnicornStop stop) => stop switch
    {
        { Interrupt: UnicornInterrupt.Undefined } or { Error: UnicornError.InvalidInstruction } => OracleOutcome.Undefined,
        { Interrupt: UnicornInterrupt.SupervisorCall } => OracleOutcome.SupervisorCall,
        { Interrupt: UnicornInterrupt.Breakpoint } => OracleOutcome.Breakpoint,
        { Interrupt: UnicornInterrupt.HypervisorCall } => OracleOutcome.HypervisorCall,
        { Interrupt: UnicornInterrupt.SecureMonitorCall } => OracleOutcome.SecureMonitorCall,
        { Interrupt: UnicornInterrupt.DataAbort } or { Error: UnicornError.ReadUnmapped or UnicornError.WriteUnmapped } => OracleOutcome.DataAbort,

        // The fetch behind a branch into nothing: the branch itself is done.
        { Error: UnicornError.None or UnicornError.FetchUnmapped, Interrupt: UnicornInterrupt.None or UnicornInterrupt.InstructionAbort } => OracleOutcome.Completed,
        _ => OracleOutcome.Other,
    };

    private static UnicornRegister[] ListRegisters()
    {
        List<UnicornRegister> registers = [];
        for (int i = 0; i <= 28; i++)
        {
            registers.Add(UnicornRegister.X0 + i);
        }

        registers.Add(UnicornRegister.X29);
        registers.Add(UnicornRegister.X30);
        registers.Add(UnicornRegister.StackPointer);
        for (int i = 0; i < 32; i++)
        {
            registers.Add(UnicornRegister.V0 + i);
        }

        registers.Add(UnicornRegister.Flags);
        registers.Add(UnicornRegister.FloatingPointControl);
        registers.Add(UnicornRegister.FloatingPointStatus);
        return [.. registers];
    }

    private void ListPlaces()
    {
        int next = 0;
        for (int i = 0; i < 31; i++)
        {
            _places[next++] = &_registers->X[i];
        }

        _places[next++] = &_registers->Sp;
        for (int i = 0; i < 32; i++)
        {
            _places[next++] = &_registers->V[2 * i];
        }

        _places[next++] = &_registers->Flags;
        _places[next++] = &_registers->Fpcr;
        _places[next] = &_registers->Fpsr;
    }

    // CPACR_EL1.FPEN, by an instruction so that the engine hears of it.
    private void SetUp(bool hasKeys)
    {
        const uint moveConstant = 0xd2a0_0600;
        const uint moveToCpacr = 0xd518_1040;
        const uint clearExclusive = 0xd503_3f5f;
        // Non-secure, EL1 in AArch64, HVC and SMC enabled: what follows is EL1 below firmware, as on the interpreter.
        _cpu.Write(new UnicornSystemRegister(op0: 3, op1: 6, crn: 1, crm: 1, op2: 0), 0x531);
        _cpu.Write(new UnicornSystemRegister(op0: 3, op1: 4, crn: 1, crm: 1, op2: 0), 1UL << 31);
        if (hasKeys)
        {
            SetUpKeys();
        }

        WriteSlot(SetUpAddress, [moveConstant, moveToCpacr]);
        WriteSlot(ClearExclusiveAddress, [clearExclusive]);
        UnicornStop stop = _cpu.Run(SetUpAddress, 2);
        Assert.That(stop, Is.EqualTo(default(UnicornStop)), "libunicorn executes CPACR_EL1's write");
    }

    // Pointer authentication, with the same size of addresses as the interpreter's; EL2 and EL3 permit it.
    private void SetUpKeys()
    {
        const uint moveToSctlr = 0xd518_1001;
        _cpu.Write(new UnicornSystemRegister(op0: 3, op1: 6, crn: 1, crm: 1, op2: 0), 0x531 | SecureConfiguration.PermitKeys | SecureConfiguration.PermitPointerAuthentication);
        _cpu.Write(new UnicornSystemRegister(op0: 3, op1: 4, crn: 1, crm: 1, op2: 0), (1UL << 31) | HypervisorConfiguration.PermitKeys | HypervisorConfiguration.PermitPointerAuthentication);
        _cpu.Write(new UnicornSystemRegister(op0: 3, op1: 0, crn: 2, crm: 0, op2: 2), CoreSubject.TranslationControl);
        for (int i = 0; i < PointerKeys.Halves; i++)
        {
            _cpu.Write(new UnicornSystemRegister(op0: 3, op1: 0, crn: 2, crm: 1 + (uint)(i >> 2), op2: (uint)i & 3), PointerKeys.Half(i));
        }

        // By an instruction, so that the engine hears of it.
        WriteSlot(SetUpAddress, [moveToSctlr]);
        _cpu.Write(UnicornRegister.X0 + 1, (SystemControl.ResetValue | SystemControl.EnableKeys) & ~SystemControl.StackAlignmentCheck);
        Assert.That(_cpu.Run(SetUpAddress, 1), Is.EqualTo(default(UnicornStop)), "libunicorn executes SCTLR_EL1's write");
    }

    private void WriteSlot(ulong address, ReadOnlySpan<uint> words)
    {
        var slot = new Span<uint>(_memory + (address - OracleLayout.Code), OracleLayout.SlotLength / 4);
        slot.Clear();
        words.CopyTo(slot);
        _cpu.ForgetCode(address, address + OracleLayout.SlotLength);
    }
}
