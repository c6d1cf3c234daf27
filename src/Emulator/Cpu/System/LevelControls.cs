namespace Emulator.Cpu.System;

/// <summary>What the system registers say for one exception level, as engines look at it: see the fields of the same names in <see cref="CpuState"/>.</summary>
internal struct LevelControls
{
    public ulong AlignmentMask;

    public ulong StackAlignmentMask;

    public int FloatingPointTrap;

    public int ZeroBlockLength;

    public ulong ZeroBlockId;

    /// <summary>True when registers of EL1 are reached by their names and not trapped.</summary>
    public bool HasPlainRegisters;
}
