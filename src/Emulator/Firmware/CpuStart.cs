namespace Emulator.Firmware;

/// <summary>How the first CPU starts. Registers that are not named here are zero, the MMU is off, interrupts are masked.</summary>
/// <param name="ProgramCounter">Physical address of the first instruction.</param>
/// <param name="X0">The first argument: the device tree's address in the arm64 boot protocol.</param>
/// <param name="ExceptionLevel">1, 2 or 3; the stack pointer is the level's own. Below the board's highest level the levels above are set up to let it run in AArch64.</param>
/// <param name="IsSecure">True for the secure state.</param>
internal readonly record struct CpuStart(ulong ProgramCounter, ulong X0, int ExceptionLevel, bool IsSecure);
