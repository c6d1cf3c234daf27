namespace Emulator.Tests.Cpu.FastForward;

/// <summary>Instructions that polling loops are made of, and the conditions of their branches.</summary>
internal static class LoopAssembler
{
    public const int Equal = 0;
    public const int NotEqual = 1;
    public const int HigherOrSame = 2;
    public const int Lower = 3;
    public const int Higher = 8;
    public const int LowerOrSame = 9;
    public const int GreaterOrEqual = 10;
    public const int Less = 11;
    public const int Stack = 31;

    public static GuestAssembler ReadCount(this GuestAssembler guest, int rd) => guest.ReadSystemRegister(rd, GuestMachine.VirtualCount);

    public static GuestAssembler Move(this GuestAssembler guest, int rd, int rm) => guest.Word(0xaa0003e0 | Rm(rm) | (uint)rd);

    /// <summary>MOV of the low half: clears the high one.</summary>
    public static GuestAssembler MoveWord(this GuestAssembler guest, int rd, int rm) => guest.Word(0x2a0003e0 | Rm(rm) | (uint)rd);

    public static GuestAssembler SubtractRegister(this GuestAssembler guest, int rd, int rn, int rm) => guest.Word(0xcb000000 | Rm(rm) | Rn(rn) | (uint)rd);

    public static GuestAssembler SubtractWordRegister(this GuestAssembler guest, int rd, int rn, int rm) => guest.Word(0x4b000000 | Rm(rm) | Rn(rn) | (uint)rd);

    public static GuestAssembler Compare(this GuestAssembler guest, int rn, int rm) => guest.Word(0xeb00001f | Rm(rm) | Rn(rn));

    public static GuestAssembler CompareWord(this GuestAssembler guest, int rn, int rm) => guest.Word(0x6b00001f | Rm(rm) | Rn(rn));

    public static GuestAssembler Multiply(this GuestAssembler guest, int rd, int rn, int rm) => guest.Word(0x9b007c00 | Rm(rm) | Rn(rn) | (uint)rd);

    public static GuestAssembler Divide(this GuestAssembler guest, int rd, int rn, int rm) => guest.Word(0x9ac00800 | Rm(rm) | Rn(rn) | (uint)rd);

    public static GuestAssembler ShiftRight(this GuestAssembler guest, int rd, int rn, int amount) => guest.Word(0xd340fc00 | ((uint)amount << 16) | Rn(rn) | (uint)rd);

    public static GuestAssembler ShiftLeft(this GuestAssembler guest, int rd, int rn, int amount) =>
        guest.Word(0xd3400000 | ((uint)((64 - amount) & 63) << 16) | ((uint)(63 - amount) << 10) | Rn(rn) | (uint)rd);

    public static GuestAssembler ArithmeticShiftRight(this GuestAssembler guest, int rd, int rn, int amount) => guest.Word(0x9340fc00 | ((uint)amount << 16) | Rn(rn) | (uint)rd);

    public static GuestAssembler SignExtendWord(this GuestAssembler guest, int rd, int rn) => guest.Word(0x93407c00 | Rn(rn) | (uint)rd);

    /// <summary>AND with so many low ones.</summary>
    public static GuestAssembler Mask(this GuestAssembler guest, int rd, int rn, int ones) => guest.Word(0x92400000 | ((uint)(ones - 1) << 10) | Rn(rn) | (uint)rd);

    public static GuestAssembler ExclusiveOr(this GuestAssembler guest, int rd, int rn, int rm) => guest.Word(0xca000000 | Rm(rm) | Rn(rn) | (uint)rd);

    public static GuestAssembler Select(this GuestAssembler guest, int rd, int rn, int rm, int condition) => guest.Word(0x9a800000 | Rm(rm) | ((uint)condition << 12) | Rn(rn) | (uint)rd);

    public static GuestAssembler SelectIncrement(this GuestAssembler guest, int rd, int rn, int rm, int condition) => guest.Word(0x9a800400 | Rm(rm) | ((uint)condition << 12) | Rn(rn) | (uint)rd);

    public static GuestAssembler CompareConditionally(this GuestAssembler guest, int rn, int rm, int flags, int condition) => guest.Word(0xfa400000 | Rm(rm) | ((uint)condition << 12) | Rn(rn) | (uint)flags);

    public static GuestAssembler BranchIfZero(this GuestAssembler guest, int rt, int target) => guest.Word(0xb4000000 | Target(guest, target) | (uint)rt);

    public static GuestAssembler BranchIfNotZero(this GuestAssembler guest, int rt, int target) => guest.Word(0xb5000000 | Target(guest, target) | (uint)rt);

    public static GuestAssembler BranchIfBitClear(this GuestAssembler guest, int rt, int bit, int target) =>
        guest.Word(0x36000000 | ((uint)(bit & 32) << 26) | ((uint)(bit & 31) << 19) | (((uint)(target - guest.Here) & 0x3fff) << 5) | (uint)rt);

    public static GuestAssembler BranchIfBitSet(this GuestAssembler guest, int rt, int bit, int target) =>
        guest.Word(0x37000000 | ((uint)(bit & 32) << 26) | ((uint)(bit & 31) << 19) | (((uint)(target - guest.Here) & 0x3fff) << 5) | (uint)rt);

    public static GuestAssembler Call(this GuestAssembler guest, int target) => guest.Word(0x94000000 | ((uint)(target - guest.Here) & 0x3ffffff));

    public static GuestAssembler Return(this GuestAssembler guest) => guest.Word(0xd65f03c0);

    /// <summary>STP of two registers, with the stack growing by 16 bytes.</summary>
    public static GuestAssembler Push(this GuestAssembler guest, int first, int second) => guest.Word(0xa9bf0000 | ((uint)second << 10) | (Stack << 5) | (uint)first);

    /// <summary>LDP of what <see cref="Push"/> stored.</summary>
    public static GuestAssembler Pop(this GuestAssembler guest, int first, int second) => guest.Word(0xa8c10000 | ((uint)second << 10) | (Stack << 5) | (uint)first);

    private static uint Rm(int register) => (uint)register << 16;

    private static uint Rn(int register) => (uint)register << 5;

    private static uint Target(GuestAssembler guest, int target) => ((uint)(target - guest.Here) & 0x7ffff) << 5;
}
