using Emulator.Cpu.Features;

namespace Emulator.Cpu.Isa;

internal sealed partial class Disassembler
{
    private static readonly string[] PrefetchTypes = ["pld", "pli", "pst"];

    private string LoadStoreOperands()
    {
        if (_row.Opcode == A64Opcode.CompareAndSwapPair)
        {
            return $"{Pair("Rs")}, {Pair("Rt")}, {MemoryAddress()}";
        }

        if (IsAtomic)
        {
            return $"{Transferred("Rs")}, {Transferred("Rt")}, {MemoryAddress()}";
        }

        string status = _row.Fields.Any(field => field.Name == "Rs") ? $"{W("Rs")}, " : "";
        string second = _row.Fields.Any(field => field.Name == "Rt2") ? $", {Transferred("Rt2")}" : "";
        return $"{status}{Transferred("Rt")}{second}, {MemoryAddress()}";
    }

    private bool IsAtomic => _row.Feature == CpuFeature.Lse;

    private string Pair(string field) => $"{Transferred(field)}, {General(Field(field) + 1, AccessScale() == 3, "zr")}";

    // The base two logarithm of the access's bytes.
    private int AccessScale() => NameHas("Simd") switch
    {
        true when NameHas("Literal") || NameHas("Pair") => (int)Field("opc") + 2,
        true => (int)(Field("size") | (Field("opc1") << 2)),
        false when _row.Extract("size", _word) is { } size => (int)size,
        false when NameHas("SignedWord") => 2,
        false when NameHas("Prefetch") || NameHas("Authenticated") => 3,
        _ => 2 + (int)(Field("sf") | Field("sz")),
    };

    private string Transferred(string field)
    {
        if (NameHas("Prefetch"))
        {
            uint operation = Field(field);
            return (operation >> 3) < 3 && ((operation >> 1) & 3) < 3
                ? $"{PrefetchTypes[operation >> 3]}l{((operation >> 1) & 3) + 1}{((operation & 1) != 0 ? "strm" : "keep")}"
                : $"#0x{operation:x2}";
        }

        if (NameHas("Simd"))
        {
            return AccessScale() > 4 ? "reserved" : $"{"bhsdq"[AccessScale()]}{Field(field)}";
        }

        bool is64Bit = !IsAtomic && NameHas("Signed") && !NameHas("SignedOffset") || NameHas("SignedWord") ? Field("opc0") == 0 : AccessScale() == 3;
        return General(Field(field), is64Bit, "zr");
    }

    private string MemoryAddress()
    {
        if (NameHas("Literal"))
        {
            return Target(SignedField("imm19") * 4);
        }

        string start = XOrSp("Rn");
        if (NameHas("RegisterOffset"))
        {
            return $"[{start}, {OffsetRegister()}]";
        }

        long? offset = _row.Fields.FirstOrDefault(field => field.Name is "imm7" or "imm9" or "imm12").Name switch
        {
            "imm9" when NameHas("Authenticated") => ((-(long)Field("S") << 9) | Field("imm9")) << AccessScale(),
            "imm7" => SignedField("imm7") << AccessScale(),
            "imm9" => SignedField("imm9"),
            "imm12" => (long)Field("imm12") << AccessScale(),
            _ => null,
        };
        return offset switch
        {
            { } step when NameHas("PostIndexed") => $"[{start}], #{step}",
            { } step when NameHas("PreIndexed") => $"[{start}, #{step}]!",
            null or 0 => $"[{start}]",
            _ => $"[{start}, #{offset}]",
        };
    }

    private string OffsetRegister()
    {
        uint option = Field("option");
        string register = General(Field("Rm"), (option & 1) != 0, "zr");
        string amount = Field("S") != 0 ? $" #{AccessScale()}" : "";
        return option switch
        {
            3 => amount.Length == 0 ? register : $"{register}, lsl{amount}",
            _ => $"{register}, {Extensions[option]}{amount}",
        };
    }
}
