using System.Globalization;
using System.Numerics;

namespace Emulator.Cpu.Isa;

internal sealed partial class Disassembler
{
    private static readonly string[] Arrangements = ["8b", "16b", "4h", "8h", "2s", "4s", "1d", "2d", "1q", "1q"];

    private string? FloatOperands()
    {
        string d = Float("Rd");
        string n = Float("Rn");
        string m = Float("Rm");
        return _row.Signature switch
        {
            "sf ftype scale Rn Rd" when NameHas("ConvertToFloat") => $"{d}, {R("Rn")}, #{64 - Field("scale")}",
            "sf ftype scale Rn Rd" => $"{R("Rd")}, {n}, #{64 - Field("scale")}",
            "sf ftype Rn Rd" when NameHas("ConvertToFloat") || NameHas("FromGeneral") => $"{d}, {R("Rn")}",
            "sf ftype Rn Rd" => $"{R("Rd")}, {n}",
            "Rn Rd" when _row.Opcode == A64Opcode.BFloatConvert => $"h{Field("Rd")}, s{Field("Rn")}",
            "Rn Rd" when _row.Opcode == A64Opcode.JavaScriptConvertToFixed => $"{W("Rd")}, d{Field("Rn")}",
            "Rn Rd" when NameHas("FromGeneral") => $"v{Field("Rd")}.d[1], {X("Rn")}",
            "Rn Rd" => $"{X("Rd")}, v{Field("Rn")}.d[1]",
            "ftype Rn Rd" => $"{d}, {n}",
            "ftype opc Rn Rd" => $"{FloatRegister(Field("opc"), Field("Rd"))}, {n}",
            "ftype Rm Rn Rd" => $"{d}, {n}, {m}",
            "ftype Rm Ra Rn Rd" => $"{d}, {n}, {m}, {Float("Ra")}",
            "ftype Rm Rn opc0" => $"{n}, {(Field("opc0") != 0 ? "#0.0" : m)}",
            "ftype Rm cond Rn nzcv" => $"{n}, {m}, #0x{Field("nzcv"):x}, {Condition()}",
            "ftype Rm cond Rn Rd" => $"{d}, {n}, {m}, {Condition()}",
            "ftype imm8 Rd" => $"{d}, {FloatImmediate(Field("imm8"))}",
            _ => null,
        };
    }

    private string? SimdOperands() => _row.Signature switch
    {
        _ when _row.Group == A64Group.Crypto => CryptoOperands(),
        "Q opcode size Rn Rt" or "Q Rm opcode size Rn Rt" => $"{StructureList()}, {StructureAddress(StructureRegisters() * (8u << (int)Field("Q")))}",
        _ when NameHas("Structure") => SingleStructureOperands(),
        "Q Rm len Rn Rd" => $"{V("Rd", 0)}, {List(Field("Rn"), Field("len") + 1, ".16b")}, {V("Rm", 0)}",
        "Q Rm imm4 Rn Rd" => $"{V("Rd", 0)}, {V("Rn", 0)}, {V("Rm", 0)}, #{Field("imm4")}",
        "Q imm5 Rn Rd" or "imm5 Rn Rd" or "imm5 imm4 Rn Rd" => CopyOperands(),
        "Q op abc cmode defgh Rd" => ModifiedImmediateOperands(),
        _ when _row.Extract("immh", _word) is { } immh => ShiftOperands(BitOperations.Log2(immh | 1)),
        "Q abc defgh Rd" => $"{V("Rd", 1)}, {FloatImmediate((Field("abc") << 5) | Field("defgh"))}",
        "Q immb Rn Rd" or "immb Rn Rd" => $"{Same("Rd", 1)}, {Same("Rn", 1)}, #{16 - Field("immb")}",
        _ when ProductOperands() is { } operands => operands,
        _ when NameHas("ByElement") => ByElementOperands(),
        _ when NameHas("Across") => AcrossOperands(),
        "Q size Rm Rn Rd" or "Q sz Rm Rn Rd" or "Q Rm Rn Rd" or "size Rm Rn Rd" or "sz Rm Rn Rd" or "Rm Rn Rd" => RegisterOperands($", {Source("Rm")}"),
        "Q size Rn Rd" or "Q sz Rn Rd" or "Q Rn Rd" or "size Rn Rd" or "sz Rn Rd" or "Rn Rd" => RegisterOperands(""),
        _ => null,
    };

    private static string FloatRegister(uint ftype, uint register) => $"{"sdqh"[(int)ftype & 3]}{register}";

    private string Float(string field) => FloatRegister(Field("ftype"), Field(field));

    private static string FloatImmediate(uint imm8)
    {
        int exponent = (int)((imm8 >> 4) & 7 ^ 4) - 3;
        double value = (16 + (imm8 & 15)) / 16.0 * Math.Pow(2, exponent);
        return "#" + ((imm8 & 0x80) != 0 ? -value : value).ToString("0.0#######", CultureInfo.InvariantCulture);
    }

    private static string List(uint first, uint count, string suffix) => count switch
    {
        1 => $"{{v{first}{suffix}}}",
        2 => $"{{v{first}{suffix}, v{(first + 1) & 31}{suffix}}}",
        _ when first + count <= 32 => $"{{v{first}{suffix}-v{first + count - 1}{suffix}}}",
        _ => $"{{{string.Join(", ", Enumerable.Range(0, (int)count).Select(i => $"v{(first + i) & 31}{suffix}"))}}}",
    };

    // The base two logarithm of the element's bytes.
    private int ElementScale() =>
        _row.Name.EndsWith("Half", StringComparison.Ordinal) ? 1 : _row.Extract("sz", _word) is { } sz ? (int)sz + 2 : (int)Field("size");

    private string V(string field, int scale, uint? q = null) => $"v{Field(field)}.{Arrangements[(2 * scale) + (int)(q ?? Field("Q"))]}";

    private string S(string field, int scale) => $"{"bhsdq"[scale]}{Field(field)}";

    private bool IsScalar => _row.Extract("Q", _word) is null;

    // A register in the operation's own width, a vector or an element.
    private string Same(string field, int scale) => IsScalar ? S(field, scale) : V(field, scale);

    // A register of twice the width: a whole vector, or an element.
    private string Wider(string field, int scale) => IsScalar ? S(field, scale + 1) : V(field, scale + 1, 1);

    private bool IsNarrowing => NameHas("Narrow");

    private int OperandScale() => _row.Opcode switch
    {
        A64Opcode.PolynomialMultiplyLongDoubleword => 3,
        A64Opcode.FloatConvertNarrow or A64Opcode.FloatConvertLong => ElementScale() - 1,
        A64Opcode.FloatConvertNarrowToOddScalar or A64Opcode.FloatConvertNarrowToOddVector => ElementScale() - 1,
        _ => ElementScale(),
    };

    private string Source(string field)
    {
        bool wider = IsNarrowing || (NameHas("Wide") && field == "Rn");
        return wider ? Wider(field, OperandScale()) : Same(field, OperandScale());
    }

    private string RegisterOperands(string third)
    {
        int scale = OperandScale();
        string d = true switch
        {
            _ when NameHas("LongPairwise") => V("Rd", scale + 1),
            _ when NameHas("Long") || NameHas("Wide") => Wider("Rd", scale),
            _ => Same("Rd", scale),
        };
        string n = IsScalar && NameHas("Pairwise") ? $"v{Field("Rn")}.2{"bhsd"[scale]}" : Source("Rn");
        string last = true switch
        {
            _ when _row.Opcode == A64Opcode.ShiftLeftLong => $", #{8 << scale}",
            _ when NameHas("Compare") && NameHas("Zero") => NameHas("Float") ? ", #0.0" : ", #0",
            _ => third,
        };
        return $"{d}, {n}{last}";
    }

    private string AcrossOperands() =>
        $"{S("Rd", NameHas("Long") ? ElementScale() + 1 : ElementScale())}, {V("Rn", ElementScale())}";

    private string ShiftOperands(int scale)
    {
        int amount = (int)((Field("immh") << 3) | Field("immb"));
        bool isLeft = NameHas("ShiftLeft");
        string d = NameHas("Long") ? Wider("Rd", scale) : Same("Rd", scale);
        string n = IsNarrowing ? Wider("Rn", scale) : Same("Rn", scale);
        return $"{d}, {n}, #{(isLeft ? amount - (8 << scale) : (16 << scale) - amount)}";
    }

    private string ByElementOperands()
    {
        int scale = ElementScale();
        (uint register, uint index) = scale switch
        {
            1 => (Field("Rm"), (Field("H") << 2) | (Field("L") << 1) | Field("M")),
            2 => (Field("Rm") | (Field("M") << 4), (Field("H") << 1) | Field("L")),
            _ => (Field("Rm") | (Field("M") << 4), Field("H")),
        };
        string d = NameHas("Long") ? Wider("Rd", scale) : Same("Rd", scale);
        return $"{d}, {Same("Rn", scale)}, v{register}.{"bhsd"[scale]}[{index}]";
    }

    private string CopyOperands()
    {
        uint imm5 = Field("imm5");
        int scale = BitOperations.TrailingZeroCount(imm5 | 16);
        char letter = "bhsd?"[scale];
        uint index = imm5 >> (scale + 1);
        string element = $".{letter}[{index}]";
        bool is64Bit = scale == 3;
        return _row.Opcode switch
        {
            A64Opcode.DuplicateElementScalar => $"{letter}{Field("Rd")}, v{Field("Rn")}{element}",
            A64Opcode.DuplicateElementVector => $"{V("Rd", scale)}, v{Field("Rn")}{element}",
            A64Opcode.DuplicateGeneral => $"{V("Rd", scale)}, {General(Field("Rn"), is64Bit, "zr")}",
            A64Opcode.InsertGeneral => $"v{Field("Rd")}{element}, {General(Field("Rn"), is64Bit, "zr")}",
            A64Opcode.InsertElement => $"v{Field("Rd")}{element}, v{Field("Rn")}.{letter}[{Field("imm4") >> scale}]",
            _ => $"{General(Field("Rd"), Field("Q") != 0, "zr")}, v{Field("Rn")}{element}",
        };
    }

    private string ModifiedImmediateOperands()
    {
        uint imm8 = (Field("abc") << 5) | Field("defgh");
        uint cmode = Field("cmode");
        string shift = cmode switch
        {
            < 12 when (cmode & 6) != 0 => $", lsl #{8 * ((cmode & 6) >> 1)}",
            12 or 13 => $", msl #{8 << (int)(cmode & 1)}",
            _ => "",
        };
        return (cmode, Field("op")) switch
        {
            (>= 8 and < 12, _) => $"{V("Rd", 1)}, #0x{imm8:x}{shift}",
            (< 14, _) => $"{V("Rd", 2)}, #0x{imm8:x}{shift}",
            (14, 0) => $"{V("Rd", 0)}, #0x{imm8:x}",
            (14, _) => $"{(Field("Q") != 0 ? V("Rd", 3) : S("Rd", 3))}, #0x{ByteMask(imm8):x}",
            (_, 0) => $"{V("Rd", 2)}, {FloatImmediate(imm8)}",
            _ => $"{V("Rd", 3)}, {FloatImmediate(imm8)}",
        };
    }

    // Each bit becomes a byte of ones or zeros.
    private static ulong ByteMask(uint imm8)
    {
        ulong mask = 0;
        for (int bit = 0; bit < 8; bit++)
        {
            mask |= ((imm8 >> bit) & 1) * (0xfful << (8 * bit));
        }

        return mask;
    }

    private uint StructureRegisters() => Field("opcode") switch
    {
        0 or 2 => 4,
        4 or 6 => 3,
        7 => 1,
        _ => 2,
    };

    private string StructureList() => List(Field("Rt"), StructureRegisters(), $".{Arrangements[(2 * Field("size")) + Field("Q")]}");

    private string StructureAddress(uint bytes)
    {
        if (!NameHas("PostIndexed"))
        {
            return $"[{XOrSp("Rn")}]";
        }

        return $"[{XOrSp("Rn")}], {(Field("Rm") == 31 ? $"#{bytes}" : X("Rm"))}";
    }

    private string SingleStructureOperands()
    {
        uint registers = 1 + ((Field("o0") << 1) | Field("R"));
        if (NameHas("Replicated"))
        {
            string arrangement = $".{Arrangements[(2 * Field("size")) + Field("Q")]}";
            return $"{List(Field("Rt"), registers, arrangement)}, {StructureAddress(registers << (int)Field("size"))}";
        }

        int scale = (int)Field("opcode");
        uint position = (Field("Q") << 3) | (Field("S") << 2) | Field("size");
        if (scale == 2 && (Field("size") & 1) != 0)
        {
            scale = 3;
        }

        string element = $".{"bhsd"[scale]}";
        return $"{List(Field("Rt"), registers, element)}[{position >> scale}], {StructureAddress(registers << scale)}";
    }

    private string CryptoOperands() => _row.Opcode switch
    {
        A64Opcode.Sha1HashUpdateChoose or A64Opcode.Sha1HashUpdateParity or A64Opcode.Sha1HashUpdateMajority =>
            $"q{Field("Rd")}, s{Field("Rn")}, {V("Rm", 2, 1)}",
        A64Opcode.Sha256HashUpdatePart1 or A64Opcode.Sha256HashUpdatePart2 => $"q{Field("Rd")}, q{Field("Rn")}, {V("Rm", 2, 1)}",
        A64Opcode.Sha512HashUpdatePart1 or A64Opcode.Sha512HashUpdatePart2 => $"q{Field("Rd")}, q{Field("Rn")}, {V("Rm", 3, 1)}",
        A64Opcode.Sha512ScheduleUpdate0 => $"{V("Rd", 3, 1)}, {V("Rn", 3, 1)}",
        A64Opcode.Sha512ScheduleUpdate1 or A64Opcode.RotateAndExclusiveOr => $"{V("Rd", 3, 1)}, {V("Rn", 3, 1)}, {V("Rm", 3, 1)}",
        A64Opcode.ExclusiveOrAndRotate => $"{V("Rd", 3, 1)}, {V("Rn", 3, 1)}, {V("Rm", 3, 1)}, #{Field("imm6")}",
        A64Opcode.Sm3Update => $"{V("Rd", 2, 1)}, {V("Rn", 2, 1)}, {V("Rm", 2, 1)}, {V("Ra", 2, 1)}",
        _ when _row.Signature == "Rm Ra Rn Rd" => $"{V("Rd", 0, 1)}, {V("Rn", 0, 1)}, {V("Rm", 0, 1)}, {V("Ra", 0, 1)}",
        _ when _row.Signature == "Rm imm2 Rn Rd" => $"{V("Rd", 2, 1)}, {V("Rn", 2, 1)}, v{Field("Rm")}.s[{Field("imm2")}]",
        A64Opcode.Sha1FixedRotate => $"s{Field("Rd")}, s{Field("Rn")}",
        _ when NameHas("Aes") => $"{V("Rd", 0, 1)}, {V("Rn", 0, 1)}",
        _ when _row.Signature == "Rm Rn Rd" => $"{V("Rd", 2, 1)}, {V("Rn", 2, 1)}, {V("Rm", 2, 1)}",
        _ => $"{V("Rd", 2, 1)}, {V("Rn", 2, 1)}",
    };
}
