using Emulator.Cpu.Interpreter;

namespace Emulator.Cpu.Isa;

internal sealed partial class Disassembler
{
    private static readonly string[] Barriers =
        ["#0x00", "oshld", "oshst", "osh", "#0x04", "nshld", "nshst", "nsh", "#0x08", "ishld", "ishst", "ish", "#0x0c", "ld", "st", "sy"];

    private static readonly string[] BranchTargets = ["", "c", "j", "jc"];

    // In each integer instruction bit 31 tells whether it works on 64 bits.
    private bool Is64Bit => _word >> 31 != 0;

    private string? IntegerOperands() => _row.Signature switch
    {
        "immlo immhi Rd" => $"{X("Rd")}, {PcRelative()}",
        "sf sh imm12 Rn Rd" => $"{Destination()}, {ROrSp("Rn")}, #0x{Field("imm12"):x}{(Field("sh") != 0 ? ", lsl #12" : "")}",
        "sf N immr imms Rn Rd" when NameHas("Bitfield") => $"{R("Rd")}, {R("Rn")}, #{Field("immr")}, #{Field("imms")}",
        "sf N immr imms Rn Rd" => $"{Destination()}, {R("Rn")}, {BitMask()}",
        "sf hw imm16 Rd" => $"{R("Rd")}, #0x{Field("imm16"):x}{(Field("hw") != 0 ? $", lsl #{16 * Field("hw")}" : "")}",
        "sf N Rm imms Rn Rd" => $"{R("Rd")}, {R("Rn")}, {R("Rm")}, #{Field("imms")}",
        "Rm Rn Rd" when _row.Opcode == A64Opcode.PacGeneric => $"{X("Rd")}, {X("Rn")}, {XOrSp("Rm")}",
        "K Rn Rd" => $"{X("Rd")}, {XOrSp("Rn")}",
        "K Rd" or "Rd" => X("Rd"),
        "imm6 Rn mask" => $"{X("Rn")}, #{Field("imm6")}, #{Field("mask")}",
        "Rn" => W("Rn"),
        "sf Rm Rn Rd" or "Rm Rn Rd" => $"{R("Rd")}, {R("Rn")}, {R("Rm")}",
        "sf Rm sz Rn Rd" => $"{W("Rd")}, {W("Rn")}, {R("Rm")}",
        "sf Rn Rd" or "Rn Rd" => $"{R("Rd")}, {R("Rn")}",
        "sf shift Rm imm6 Rn Rd" => $"{R("Rd")}, {R("Rn")}, {R("Rm")}{ShiftedBy()}",
        "sf Rm option imm3 Rn Rd" => $"{Destination()}, {ROrSp("Rn")}, {Extended()}",
        "sf Rm cond Rn nzcv" => $"{R("Rn")}, {R("Rm")}, #0x{Field("nzcv"):x}, {Condition()}",
        "sf imm5 cond Rn nzcv" => $"{R("Rn")}, #0x{Field("imm5"):x}, #0x{Field("nzcv"):x}, {Condition()}",
        "sf Rm cond Rn Rd" => $"{R("Rd")}, {R("Rn")}, {R("Rm")}, {Condition()}",
        "sf Rm Ra Rn Rd" => $"{R("Rd")}, {R("Rn")}, {R("Rm")}, {R("Ra")}",
        "Rm Ra Rn Rd" => $"{X("Rd")}, {W("Rn")}, {W("Rm")}, {X("Ra")}",
        _ => null,
    };

    private string? BranchOperands() => _row.Signature switch
    {
        "imm26" => Target(SignedField("imm26") * 4),
        "imm19 cond" => Target(SignedField("imm19") * 4),
        "sf imm19 Rt" => $"{R("Rt")}, {Target(SignedField("imm19") * 4)}",
        "b5 b40 imm14 Rt" => $"{R("Rt")}, #{(Field("b5") << 5) | Field("b40")}, {Target(SignedField("imm14") * 4)}",
        "Rn" when _row.Opcode == A64Opcode.ReturnFromSubroutine && Field("Rn") == 30 => "",
        "Rn" or "K Rn" => X("Rn"),
        "K Rn Rm" => $"{X("Rn")}, {XOrSp("Rm")}",
        "" or "K" => "",
        _ => null,
    };

    private string? SystemOperands() => (_row.Opcode, _row.Signature) switch
    {
        (A64Opcode.DataSynchronizationBarrier or A64Opcode.DataMemoryBarrier, _) => Barriers[Field("CRm")],
        (A64Opcode.ClearExclusive or A64Opcode.InstructionSynchronizationBarrier, _) => Field("CRm") == 15 ? "" : $"#0x{Field("CRm"):x}",
        (A64Opcode.Hint, _) => $"#0x{(Field("CRm") << 3) | Field("op2"):x}",
        (A64Opcode.BranchTargetIdentification, _) => BranchTargets[Field("targets")],
        (A64Opcode.MoveImmediateToSpeculativeStoreBypass, _) => $"ssbs, #0x{Field("CRm"):x}",
        (A64Opcode.MoveImmediateToDataIndependentTiming, _) => $"dit, #0x{Field("CRm"):x}",
        (A64Opcode.MoveImmediateToProcessState, _) => $"{ProcessStateField()}, #0x{Field("CRm"):x}",
        (A64Opcode.MoveToSystemRegister, _) => $"{SystemRegister()}, {X("Rt")}",
        (A64Opcode.MoveFromSystemRegister, _) => $"{X("Rt")}, {SystemRegister()}",
        (A64Opcode.SystemInstruction, _) => $"{SystemOperation()}{(Field("Rt") == 31 ? "" : $", {X("Rt")}")}",
        (A64Opcode.SystemInstructionWithResult, _) => $"{X("Rt")}, {SystemOperation()}",
        (_, "imm16") => $"#0x{Field("imm16"):x}",
        (_, "" or "K") => "",
        _ => null,
    };

    private string R(string field) => General(Field(field), Is64Bit, "zr");

    private string ROrSp(string field) => General(Field(field), Is64Bit, "sp");

    // With an immediate or an extended register, the destination can be SP unless flags are set.
    private string Destination() => NameHas("SetFlags") ? R("Rd") : ROrSp("Rd");

    private string Condition() => Conditions[Field("cond")];

    private string PcRelative()
    {
        long offset = (SignedField("immhi") << 2) | Field("immlo");
        return _row.Opcode == A64Opcode.PcRelativePageAddress ? Target(offset << 12, isPage: true) : Target(offset);
    }

    private string BitMask() =>
        BitMasks.TryDecode(_word >> 31, Field("N"), Field("imms"), Field("immr"), out ulong mask, out _) ? $"#0x{mask:x}" : "reserved";

    private string ShiftedBy() =>
        Field("shift") == 0 && Field("imm6") == 0 ? "" : $", {Shifts[Field("shift")]} #{Field("imm6")}";

    // Beside SP, the extension that does nothing is written as a shift.
    private string Extended()
    {
        uint option = Field("option");
        uint amount = Field("imm3");
        bool besideSp = Field("Rn") == 31 || (Field("Rd") == 31 && !NameHas("SetFlags"));
        string register = General(Field("Rm"), Is64Bit && (option & 3) == 3, "zr");
        if (besideSp && option == (Is64Bit ? 3u : 2u))
        {
            return amount == 0 ? register : $"{register}, lsl #{amount}";
        }

        return $"{register}, {Extensions[option]}{(amount == 0 ? "" : $" #{amount}")}";
    }

    private string SystemRegister() => $"s{2 + Field("o0")}_{Field("op1")}_c{Field("CRn")}_c{Field("CRm")}_{Field("op2")}";

    private string SystemOperation() => $"#{Field("op1")}, C{Field("CRn")}, C{Field("CRm")}, #{Field("op2")}";

    private string ProcessStateField() => (Field("op1"), Field("op2")) switch
    {
        (0, 3) when Field("CRm") < 2 => "uao",
        (0, 4) when Field("CRm") < 2 => "pan",
        (0, 5) => "spsel",
        (3, 6) => "daifset",
        (3, 7) => "daifclr",
        _ => $"s0_{Field("op1")}_c4_c{Field("CRm")}_{Field("op2")}",
    };
}
