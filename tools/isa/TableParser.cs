using System.Globalization;
using System.Text.RegularExpressions;

namespace Emulator.IsaGenerator;

/// <summary>Reads the instruction table. Strict: what it does not understand, and rows that overlap, are errors.</summary>
internal sealed partial class TableParser
{
    private static readonly string[] Modifiers = ["where", "when", "within", "pending"];

    private readonly string _file;
    private readonly Dictionary<char, string> _generalFields = [];
    private readonly Dictionary<char, string> _groupFields = [];
    private readonly Dictionary<string, InstructionRow> _rows = [];
    private readonly HashSet<string> _groups = [];
    private string? _group;
    private int _line;

    private TableParser(string file)
    {
        _file = file;
    }

    /// <summary>Reads a table.</summary>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="TableException">The table has a mistake.</exception>
    public static InstructionTable Parse(string file, string text)
    {
        var parser = new TableParser(file);
        foreach (string line in text.Split('\n'))
        {
            parser._line++;
            parser.ParseLine(line);
        }

        parser.CheckSpecialCases();
        parser.CheckOverlaps();
        return new InstructionTable([.. parser._rows.Values]);
    }

    private void ParseLine(string line)
    {
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0].StartsWith('#'))
        {
            return;
        }

        switch (words[0])
        {
            case "field":
                ParseField(words);
                break;
            case "group":
                ParseGroup(words);
                break;
            default:
                ParseRow(words);
                break;
        }
    }

    private void ParseField(string[] words)
    {
        Require(words.Length == 3, "expected: field LETTER NAME");
        Require(words[1].Length == 1 && char.IsAsciiLetter(words[1][0]), $"'{words[1]}' is no letter");
        Require(FieldName().IsMatch(words[2]), $"'{words[2]}' is no name of a field");
        Dictionary<char, string> fields = _group is null ? _generalFields : _groupFields;
        Require(fields.TryAdd(words[1][0], words[2]), $"the letter {words[1]} is declared twice");
    }

    private void ParseGroup(string[] words)
    {
        Require(words.Length == 2 && RowName().IsMatch(words[1]), "expected: group NAME");
        Require(_groups.Add(words[1]), $"the group {words[1]} is there already");
        _group = words[1];
        _groupFields.Clear();
    }

    private void ParseRow(string[] words)
    {
        Require(_group is not null, "a row stands in a group, and none is started yet");
        Require(words.Length >= 4, "expected: NAME MNEMONIC FEATURE BITS");
        string name = words[0];
        Require(RowName().IsMatch(name), $"'{name}' is no name of an instruction");
        Require(FeatureName().IsMatch(words[2]), $"'{words[2]}' is no name of a feature");

        int end = Array.FindIndex(words, 3, word => Modifiers.Contains(word));
        string bits = string.Concat(end < 0 ? words[3..] : words[3..end]);
        (BitPattern pattern, List<InstructionField> fields) = ParseBits(bits);
        CheckMnemonic(words[1], fields);

        var exclusions = new List<BitPattern>();
        FeatureCondition? condition = null;
        string? within = null;
        bool pending = false;
        for (int i = end < 0 ? words.Length : end; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "pending":
                    pending = true;
                    break;
                case "within":
                    Require(within is null && i + 1 < words.Length, "expected once: within NAME");
                    within = words[++i];
                    break;
                case "when":
                    Require(
                        condition is null && i + 3 < words.Length && words[i + 2] == "needs" && FeatureName().IsMatch(words[i + 3]),
                        "expected once: when FIELD=VALUE needs FEATURE");
                    condition = new FeatureCondition(ParseValue(words[i + 1], "=", fields), words[i + 3]);
                    i += 3;
                    break;
                case "where":
                    Require(i + 1 < words.Length, "expected: where FIELD!=VALUE");
                    exclusions.Add(ParseValue(words[++i], "!=", fields));
                    break;
                default:
                    throw Error($"'{words[i]}' is none of {string.Join(", ", Modifiers)}");
            }
        }

        var row = new InstructionRow(
            name,
            words[1],
            _group!,
            words[2] == "-" ? InstructionRow.BaseFeature : words[2],
            pattern,
            fields,
            exclusions,
            condition,
            within,
            pending,
            _line);
        if (!_rows.TryAdd(name, row))
        {
            throw Error($"{name} is there already, in line {_rows[name].Line}");
        }
    }

    private (BitPattern Pattern, List<InstructionField> Fields) ParseBits(string bits)
    {
        Require(bits.Length == 32, $"the bit pattern has {bits.Length} characters, not 32");
        uint mask = 0;
        uint value = 0;
        var fields = new List<InstructionField>();
        for (int i = 0; i < 32;)
        {
            char letter = bits[i];
            int start = i;
            while (i < 32 && bits[i] == letter)
            {
                i++;
            }

            int width = i - start;
            uint run = (uint)((1ul << width) - 1) << (32 - i);
            switch (letter)
            {
                case '0':
                    mask |= run;
                    break;
                case '1':
                    mask |= run;
                    value |= run;
                    break;
                case '-':
                    break;
                default:
                    fields.Add(new InstructionField(NameField(letter, width), 32 - i, width));
                    break;
            }
        }

        string? twice = fields.GroupBy(field => field.Name).FirstOrDefault(same => same.Count() > 1)?.Key;
        Require(twice is null, $"the field {twice} stands in two places; name its parts apart");
        return (new BitPattern(mask, value), fields);
    }

    private string NameField(char letter, int width)
    {
        if (!_groupFields.TryGetValue(letter, out string? name) && !_generalFields.TryGetValue(letter, out name))
        {
            throw Error($"no field is declared for the letter '{letter}'");
        }

        return name.EndsWith('#') ? name[..^1] + width.ToString(CultureInfo.InvariantCulture) : name;
    }

    private BitPattern ParseValue(string text, string relation, List<InstructionField> fields)
    {
        string[] parts = text.Split(relation);
        Require(parts.Length == 2, $"expected: FIELD{relation}VALUE");
        InstructionField field = FindField(parts[0], fields);
        Require(
            uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint value) && value >> field.Width == 0,
            $"'{parts[1]}' is no value of {field.Name}");
        return new BitPattern(field.Mask, value << field.Shift);
    }

    private InstructionField FindField(string name, List<InstructionField> fields) =>
        fields.Find(field => field.Name == name) ?? throw Error($"the row has no field {name}");

    private void CheckMnemonic(string mnemonic, List<InstructionField> fields)
    {
        Require(Mnemonic().IsMatch(mnemonic), $"'{mnemonic}' is no mnemonic");
        foreach (Match choice in MnemonicChoice().Matches(mnemonic))
        {
            int width = choice.Groups["field"].Captures.Sum(capture => FindField(capture.Value, fields).Width);
            int count = choice.Groups["part"].Captures.Count;
            Require(count <= 1 << width, $"{choice.Value} has {count} parts, its field only {1 << width} values");
        }
    }

    private void CheckSpecialCases()
    {
        foreach (InstructionRow row in _rows.Values.Where(row => row.Within is not null))
        {
            _line = row.Line;
            Require(_rows.TryGetValue(row.Within!, out InstructionRow? whole), $"{row.Name} is within {row.Within}, which is not there");
            Require(
                row.Pattern != whole!.Pattern && row.Pattern.IsWithin(whole.Pattern),
                $"{row.Name} is no special case of {whole.Name}");
        }
    }

    private void CheckOverlaps()
    {
        InstructionRow[] rows = [.. _rows.Values];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                _line = rows[i].Line;
                Require(
                    !rows[i].Overlaps(rows[j]) || IsWithin(rows[i], rows[j]) || IsWithin(rows[j], rows[i]),
                    $"{rows[i].Name} overlaps {rows[j].Name} in line {rows[j].Line}, and neither is said to be within the other");
            }
        }
    }

    private bool IsWithin(InstructionRow row, InstructionRow whole) =>
        row.Within is not null && (row.Within == whole.Name || IsWithin(_rows[row.Within], whole));

    private void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw Error(message);
        }
    }

    private TableException Error(string message) => new(_file, _line, message);

    [GeneratedRegex("^[A-Z][A-Za-z0-9]*$")]
    private static partial Regex RowName();

    [GeneratedRegex("^(-|[A-Z][A-Za-z0-9]*)$")]
    private static partial Regex FeatureName();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]*#?$")]
    private static partial Regex FieldName();

    [GeneratedRegex(@"^([A-Z0-9.]+|\{[^{}]+\})+$")]
    private static partial Regex Mnemonic();

    [GeneratedRegex(@"\{((?<field>[A-Za-z0-9]+)\.?)+:(?<part>[A-Z0-9]*)(,(?<part>[A-Z0-9]*))*\}")]
    private static partial Regex MnemonicChoice();
}
