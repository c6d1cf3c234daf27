using System.Buffers.Binary;

namespace Emulator.Tests;

/// <summary>Just enough of an assembler for small guests in tests. Labels are instruction indexes, branches count in instructions.</summary>
internal sealed class GuestAssembler
{
    public const int Zero = 31;

    private readonly List<uint> _words = [];

    public int Here => _words.Count;

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[_words.Count * 4];
        for (int i = 0; i < _words.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), _words[i]);
        }

        return bytes;
    }

    public GuestAssembler Word(uint word)
    {
        _words.Add(word);
        return this;
    }

    /// <summary>MOVZ and MOVKs for any constant; always four instructions, so that lengths do not depend on values.</summary>
    public GuestAssembler Load(int rd, ulong value)
    {
        _ = Word(0xd2800000 | ((uint)(value & 0xffff) << 5) | (uint)rd);
        for (uint part = 1; part < 4; part++)
        {
            _ = Word(0xf2800000 | (part << 21) | ((uint)((value >> (int)(16 * part)) & 0xffff) << 5) | (uint)rd);
        }

        return this;
    }

    public GuestAssembler Add(int rd, int rn, int immediate) => Word(0x91000000 | ((uint)immediate << 10) | ((uint)rn << 5) | (uint)rd);

    public GuestAssembler AddRegister(int rd, int rn, int rm) => Word(0x8b000000 | ((uint)rm << 16) | ((uint)rn << 5) | (uint)rd);

    public GuestAssembler SubtractSetFlags(int rd, int rn, int immediate) => Word(0xf1000000 | ((uint)immediate << 10) | ((uint)rn << 5) | (uint)rd);

    public GuestAssembler LoadDoubleword(int rt, int rn, int offset = 0) => Word(0xf9400000 | ((uint)(offset / 8) << 10) | ((uint)rn << 5) | (uint)rt);

    public GuestAssembler StoreDoubleword(int rt, int rn, int offset = 0) => Word(0xf9000000 | ((uint)(offset / 8) << 10) | ((uint)rn << 5) | (uint)rt);

    public GuestAssembler LoadWord(int rt, int rn, int offset = 0) => Word(0xb9400000 | ((uint)(offset / 4) << 10) | ((uint)rn << 5) | (uint)rt);

    public GuestAssembler StoreWord(int rt, int rn, int offset = 0) => Word(0xb9000000 | ((uint)(offset / 4) << 10) | ((uint)rn << 5) | (uint)rt);

    public GuestAssembler StoreByte(int rt, int rn) => Word(0x39000000 | ((uint)rn << 5) | (uint)rt);

    public GuestAssembler Branch(int target) => Word(0x14000000 | ((uint)(target - Here) & 0x3ffffff));

    public GuestAssembler BranchIf(int condition, int target) => Word(0x54000000 | (((uint)(target - Here) & 0x7ffff) << 5) | (uint)condition);

    public GuestAssembler BranchNotEqual(int target) => BranchIf(1, target);

    /// <summary>MRS of a register given as bits 20 to 5 of the instruction.</summary>
    public GuestAssembler ReadSystemRegister(int rt, ushort register) => Word(0xd5200000 | ((uint)register << 5) | (uint)rt);

    /// <summary>MSR of a register given as bits 20 to 5 of the instruction.</summary>
    public GuestAssembler WriteSystemRegister(ushort register, int rt) => Word(0xd5000000 | ((uint)register << 5) | (uint)rt);

    public GuestAssembler EnableInterrupts() => Word(0xd50342ff);

    public GuestAssembler WaitForInterrupt() => Word(0xd503207f);

    public GuestAssembler Nop() => Word(0xd503201f);

    public GuestAssembler Isb() => Word(0xd5033fdf);

    public GuestAssembler SupervisorCall() => Word(0xd4000001);

    public GuestAssembler HypervisorCall() => Word(0xd4000002);

    public GuestAssembler ExceptionReturn() => Word(0xd69f03e0);

    public GuestAssembler Stop() => Branch(Here);
}
