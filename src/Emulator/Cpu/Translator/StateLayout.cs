using Emulator.Cpu.Interpreter;
using Emulator.Cpu.PointerAuthentication;
using Emulator.Cpu.System;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Where things are in <see cref="CpuState"/>, as generated code sees them: RBP points into the middle of the general-purpose registers, so that
/// one byte of displacement reaches all of them.
/// </summary>
internal static unsafe class StateLayout
{
    /// <summary>The register that holds the address of the state.</summary>
    public const HostRegister Base = HostRegister.Rbp;

    /// <summary>What to add to the address of a state for it.</summary>
    public static readonly int Bias;

    public static readonly HostOperand Pc;
    public static readonly HostOperand PageAddress;
    public static readonly HostOperand PageOperations;
    public static readonly HostOperand NegativeFlag;
    public static readonly HostOperand ZeroFlag;
    public static readonly HostOperand CarryFlag;
    public static readonly HostOperand OverflowFlag;
    public static readonly HostOperand TlbContext;
    public static readonly HostOperand CodeTlbContext;
    public static readonly HostOperand UnprivilegedTlbContext;
    public static readonly HostOperand Budget;
    public static readonly HostOperand Resume;
    public static readonly HostOperand AccessAddress;
    public static readonly HostOperand FloatControl;
    public static readonly HostOperand FloatStatus;
    public static readonly HostOperand Vectors;
    public static readonly HostOperand ExclusiveSet;
    public static readonly HostOperand ExclusiveSize;
    public static readonly HostOperand ExclusiveAddress;
    public static readonly HostOperand ZeroBlockLength;
    public static readonly HostOperand ZeroBlockId;
    public static readonly HostOperand Limit;
    public static readonly HostOperand CodeGuards;
    public static readonly HostOperand BranchType;
    public static readonly HostOperand BranchTypeOfTarget;
    public static readonly HostOperand BranchRetired;
    public static readonly HostOperand StackPointerEl0;
    public static readonly HostOperand SystemRegisters;
    public static readonly HostOperand ExceptionLevel;
    public static readonly HostOperand InterruptMask;
    public static readonly HostOperand WatchesMask;
    public static readonly HostOperand TimeAtLimit;
    public static readonly HostOperand InstructionTime;
    public static readonly HostOperand TickShift;
    public static readonly HostOperand PhysicalCountLeft;
    public static readonly HostOperand PhysicalCountOffset;
    public static readonly HostOperand VirtualCountLeft;
    public static readonly HostOperand VirtualCountOffset;
    public static readonly HostOperand CounterFrequency;

    private static readonly HostOperand FirstPointerSettings;

    static StateLayout()
    {
        CpuState state;
        byte* start = (byte*)&state;
        Bias = (int)((byte*)state.X - start) + 128;
        Pc = Field(start, &state.Pc);
        PageAddress = Field(start, &state.PageAddress);
        PageOperations = Field(start, &state.PageOperations);
        NegativeFlag = Field(start, &state.NegativeFlag);
        ZeroFlag = Field(start, &state.ZeroFlag);
        CarryFlag = Field(start, &state.CarryFlag);
        OverflowFlag = Field(start, &state.OverflowFlag);
        TlbContext = Field(start, &state.TlbContext);
        CodeTlbContext = Field(start, &state.CodeTlbContext);
        UnprivilegedTlbContext = Field(start, &state.UnprivilegedTlbContext);
        Budget = Field(start, &state.TranslatedBudget);
        FirstPointerSettings = Field(start, state.PointerSettings);
        Resume = Field(start, &state.TranslatedResume);
        AccessAddress = Field(start, &state.AccessAddress);
        FloatControl = Field(start, &state.TranslatedFloatControl);
        FloatStatus = Field(start, &state.FloatingPointStatus);
        Vectors = Field(start, &state.TranslatedVectors);
        ExclusiveSet = Field(start, &state.ExclusiveSet);
        ExclusiveSize = Field(start, &state.ExclusiveSize);
        ExclusiveAddress = Field(start, &state.ExclusiveAddress);
        StackPointerEl0 = Field(start, state.StackPointers);
        SystemRegisters = Field(start, &state.SystemRegisters);
        ExceptionLevel = Field(start, &state.ExceptionLevel);
        InterruptMask = Field(start, &state.InterruptMask);
        WatchesMask = Field(start, &state.WatchesMask);
        TimeAtLimit = Field(start, &state.TimeAtLimit);
        InstructionTime = Field(start, &state.InstructionTime);
        TickShift = Field(start, &state.TickShift);
        PhysicalCountLeft = Field(start, &state.PhysicalCount.Left);
        PhysicalCountOffset = Field(start, &state.PhysicalCount.Offset);
        VirtualCountLeft = Field(start, &state.VirtualCount.Left);
        VirtualCountOffset = Field(start, &state.VirtualCount.Offset);
        CounterFrequency = Field(start, &state.CounterFrequency);
        ZeroBlockLength = Field(start, &state.ZeroBlockLength);
        ZeroBlockId = Field(start, &state.ZeroBlockId);
        Limit = Field(start, &state.SoftLimit);
        CodeGuards = Field(start, &state.CodeGuards);
        BranchType = Field(start, &state.BranchType);
        BranchTypeOfTarget = Field(start, &state.BranchTypeOfTarget);
        BranchRetired = Field(start, &state.BranchRetired);
    }

    /// <summary>A general-purpose register, SP or zero.</summary>
    public static HostOperand X(int index) => HostOperand.At(Base, (index * sizeof(ulong)) - 128);

    /// <summary>A vector register, or what is in it from some byte on.</summary>
    public static HostOperand V(int index, int offset = 0) => HostOperand.At(Base, (index * 2 * sizeof(ulong)) + offset - Bias);

    /// <summary>A field of an entry of the data TLB.</summary>
    /// <param name="offset">The entry's offset in the TLB.</param>
    /// <param name="field">The field's offset in the entry.</param>
    public static HostOperand Tlb(HostRegister offset, int field) => HostOperand.Indexed(Base, offset, 0, CpuStorage.TlbOffset - Bias + field);

    /// <summary>A field of an entry of the instruction TLB.</summary>
    /// <param name="offset">The entry's offset in the TLB.</param>
    /// <param name="field">The field's offset in the entry.</param>
    public static HostOperand CodeTlb(HostRegister offset, int field) => HostOperand.Indexed(Base, offset, 0, CpuStorage.CodeTlbOffset - Bias + field);

    /// <summary>A field of a remembered result of pointer authentication.</summary>
    /// <param name="offset">The entry's offset among those of its kind.</param>
    /// <param name="isAddition">True for the addition of a code.</param>
    /// <param name="field">The field's offset in the entry.</param>
    public static HostOperand PointerCode(HostRegister offset, bool isAddition, int field) =>
        HostOperand.Indexed(Base, offset, 0, CpuStorage.PointerCodesOffset + (isAddition ? 0 : PointerCodeEntry.Count * sizeof(PointerCodeEntry)) - Bias + field);

    /// <summary>The number of the settings of a key of pointer authentication.</summary>
    public static HostOperand PointerSettings(int key) => HostOperand.At(Base, FirstPointerSettings.Displacement + (key * sizeof(long)));

    /// <summary>Where the pointer to a page's table is, from its first operation.</summary>
    public static int TableOffset(TranslationMode mode)
    {
        CodePageHeader header;
        return (int)((byte*)&header.Tables[(int)mode] - (byte*)&header) - CodePageHeader.Length;
    }

    private static HostOperand Field(byte* start, void* field) => HostOperand.At(Base, (int)((byte*)field - start) - Bias);
}
