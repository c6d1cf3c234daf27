using System.Text;

namespace Emulator.Cpu.Isa;

/// <summary>
/// Words as text, for traces and failure messages: the mnemonic of the instruction's page, no aliases, then the operands as GNU tools
/// write them. What operands a row has follows from its fields, so that a new row with known fields needs nothing here; where the
/// fields are not known, they are listed with their values.
/// </summary>
internal sealed partial class Disassembler
{
    private static readonly string[] Conditions =
        ["eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"];

    private static readonly string[] Shifts = ["lsl", "lsr", "asr", "ror"];

    private static readonly string[] Extensions = ["uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"];

    private readonly A64Row _row;
    private readonly uint _word;
    private readonly ulong? _address;

    private Disassembler(A64Row row, uint word, ulong? address)
    {
        _row = row;
        _word = word;
        _address = address;
    }

    /// <summary>The text of an instruction.</summary>
    /// <param name="instruction">The word.</param>
    /// <param name="address">
    /// Where it stands: targets of branches are addresses then; without it they are distances, as in <c>b .+8</c>.
    /// </param>
    /// <returns>Mnemonic and operands, <c>.inst</c> for a word that belongs to no row.</returns>
    internal static string Disassemble(uint instruction, ulong? address = null)
    {
        A64Row? row = A64Table.Find(A64Decoder.Decode(instruction));
        if (row is null)
        {
            return $".inst 0x{instruction:x8}";
        }

        var disassembler = new Disassembler(row, instruction, address);
        string operands = disassembler.Operands();
        string mnemonic = Mnemonic(row, instruction);
        return operands.Length == 0 ? mnemonic : $"{mnemonic} {operands}";
    }

    /// <summary>The mnemonic of a word of a row.</summary>
    internal static string Mnemonic(A64Row row, uint instruction)
    {
        string pattern = row.MnemonicPattern;
        var text = new StringBuilder();
        for (int i = 0; i < pattern.Length;)
        {
            int open = pattern.IndexOf('{', i);
            if (open < 0)
            {
                text.Append(pattern, i, pattern.Length - i);
                break;
            }

            int colon = pattern.IndexOf(':', open);
            int close = pattern.IndexOf('}', colon);
            uint value = 0;
            foreach (string name in pattern[(open + 1)..colon].Split('.'))
            {
                A64Field field = row.Fields.First(candidate => candidate.Name == name);
                value = (value << field.Width) | field.Extract(instruction);
            }

            string[] parts = pattern[(colon + 1)..close].Split(',');
            text.Append(pattern, i, open - i).Append(value < parts.Length ? parts[value] : "?");
            i = close + 1;
        }

        return text.ToString().ToLowerInvariant();
    }

    private string Operands() => _row.Group switch
    {
        A64Group.Integer => IntegerOperands(),
        A64Group.Branch => BranchOperands(),
        A64Group.System => SystemOperands(),
        A64Group.LoadStore => LoadStoreOperands(),
        A64Group.Float => FloatOperands(),
        A64Group.Simd or A64Group.Crypto => SimdOperands(),
        _ => null,
    } ?? string.Join(", ", _row.Fields.Select(field => $"{field.Name}={field.Extract(_word)}"));

    private uint Field(string name) => _row.Extract(name, _word) ?? 0;

    private long SignedField(string name)
    {
        A64Field field = _row.Fields.First(candidate => candidate.Name == name);
        return ((long)field.Extract(_word) << (64 - field.Width)) >> (64 - field.Width);
    }

    private bool NameHas(string part) => _row.Name.Contains(part, StringComparison.Ordinal);

    private string X(string field) => General(Field(field), true, "zr");

    private string W(string field) => General(Field(field), false, "zr");

    private string XOrSp(string field) => General(Field(field), true, "sp");

    private static string General(uint register, bool is64Bit, string last) => (register, is64Bit, last) switch
    {
        (31, true, "sp") => "sp",
        (31, false, "sp") => "wsp",
        (31, true, _) => "xzr",
        (31, false, _) => "wzr",
        (_, true, _) => $"x{register}",
        _ => $"w{register}",
    };

    private string Target(long offset, bool isPage = false) => _address is { } address
        ? $"0x{(isPage ? address & ~0xffful : address) + (ulong)offset:x}"
        : $".{offset:+0;-0;+0}";
}
