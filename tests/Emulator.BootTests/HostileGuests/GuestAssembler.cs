using System.Buffers.Binary;

namespace Emulator.BootTests.HostileGuests;

/// <summary>Writes bare-metal code, word by word. Labels are addresses.</summary>
/// <param name="origin">Where the first word will lie.</param>
internal sealed class GuestAssembler(ulong origin)
{
    public const uint Nop = 0xd503201f;
    public const uint Wfi = 0xd503207f;
    public const uint Eret = 0xd69f03e0;
    public const uint Isb = 0xd5033fdf;
    public const uint BranchToSelf = 0x14000000;

    /// <summary>UDF #0, which no CPU allocates.</summary>
    public const uint Undefined = 0;

    private readonly List<uint> _words = [];

    /// <summary>Where the next word will lie.</summary>
    public ulong Here => origin + (4 * (ulong)_words.Count);

    /// <summary>Adds words.</summary>
    public GuestAssembler Emit(params ReadOnlySpan<uint> words)
    {
        _words.AddRange(words);
        return this;
    }

    /// <summary>Adds no-operations up to an address.</summary>
    public GuestAssembler PadTo(ulong address)
    {
        while (Here < address)
        {
            Emit(Nop);
        }

        return this;
    }

    /// <summary>MOVZ and MOVK: any 64-bit value.</summary>
    public GuestAssembler Move(int register, ulong value)
    {
        for (uint part = 0; part < 4; part++)
        {
            uint opcode = part == 0 ? 0xd2800000 : 0xf2800000;
            Emit(opcode | (part << 21) | ((uint)(value >> (int)(16 * part)) & 0xffff) << 5 | (uint)register);
        }

        return this;
    }

    /// <summary>STR or LDR of 1, 2, 4 or 8 bytes at [<paramref name="address"/>].</summary>
    public GuestAssembler Access(bool isStore, int bytes, int register, int address) =>
        Emit(((uint)int.Log2(bytes) << 30) | (isStore ? 0x39000000u : 0x39400000u) | ((uint)address << 5) | (uint)register);

    /// <summary>B to an address.</summary>
    public GuestAssembler Branch(ulong target) => Emit(0x14000000 | Offset(target, 26));

    /// <summary>B.LO to an address.</summary>
    public GuestAssembler BranchIfLower(ulong target) => Emit(0x54000003 | (Offset(target, 19) << 5));

    /// <summary>MSR of VBAR_ELx from a register.</summary>
    public GuestAssembler SetVectors(int level, int register) => SetSystemRegister(level, 12, 0, 0, register);

    /// <summary>MSR from a register of the system register with op0 of 3 that an exception level has under CRn, CRm and op2.</summary>
    public GuestAssembler SetSystemRegister(int level, uint crn, uint crm, uint op2, int register) =>
        Emit(0xd5000000 | (SystemRegister(level, crn, crm, op2) << 5) | (uint)register);

    /// <summary>
    /// Sixteen exception vectors that go on after the instruction that faulted. X29 is lost.
    /// </summary>
    public GuestAssembler SkippingVectors(int level)
    {
        uint elr = SystemRegister(level, 4, 0, 1) << 5;
        ulong start = Here;
        for (ulong vector = 0; vector < 16; vector++)
        {
            PadTo(start + (0x80 * vector));
            Emit(0xd5200000 | elr | 29, 0x910013bd, 0xd5000000 | elr | 29, Eret); // MRS, ADD X29, X29, #4, MSR
        }

        return this;
    }

    /// <summary>The code as it lies in memory.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[4 * _words.Count];
        for (int i = 0; i < _words.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), _words[i]);
        }

        return bytes;
    }

    /// <summary>Registers of exception level x are those of level 1 with another op1: 0, 4, 6.</summary>
    private static uint SystemRegister(int level, uint crn, uint crm, uint op2) =>
        (3u << 14) | ((level == 1 ? 0u : 2 * (uint)level) << 11) | (crn << 7) | (crm << 3) | op2;

    private uint Offset(ulong target, int bits) => (uint)(((long)target - (long)Here) >> 2) & ((1u << bits) - 1);
}
