using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator;

namespace Emulator.Tests.Cpu.Translator;

/// <summary>
/// Makes loops of random instructions, with branches forward between them, whose loads and stores mostly hit the data behind X28; if it is asked for, with inner loops that X24
/// counts, and with calls of a function behind the program, by its place and by X25; or with registers whose contents a translator may know, and what uses or overwrites those.
/// </summary>
internal sealed unsafe partial class RandomPrograms(int seed, Func<A64Row, bool> rows, bool hasCalls = false, bool hasKnownValues = false)
{
    /// <summary>Where a round starts: X28 becomes the data's address, from X26.</summary>
    private const uint ReloadBase = 0xaa1a_03fc;
    private const uint CountDown = 0xd100_077b;
    private const uint Loop = 0xb500_001b;
    private const uint Return = 0xd65f_03c0;
    private const uint Call = 0x9400_0000;
    private const uint CallByRegister = 0xd63f_0320;
    private const uint StartInnerLoop = 0xd280_0018;
    private const uint InnerCountDown = 0xd100_0718;
    private const uint InnerLoop = 0xb500_0018;
    private const int InnerCounterRegister = 24;
    private const int LinkRegister = 30;
    private const int CounterRegister = 27;
    private const int BaseRegister = 28;

    private static readonly A64Opcode[] Branches =
    [
        A64Opcode.BranchConditional, A64Opcode.CompareAndBranchZero, A64Opcode.CompareAndBranchNonzero,
        A64Opcode.TestBitAndBranchZero, A64Opcode.TestBitAndBranchNonzero, A64Opcode.Branch,
    ];

    private readonly Random _random = new(seed);
    private readonly A64Row[] _rows = [.. A64Table.Rows.Where(r => !r.Pending && rows(r))];

    private readonly bool[] _isKept = new bool[32];

    /// <summary>Register that must have the address of the function.</summary>
    public const int FunctionRegister = 25;

    /// <summary>Index of the function's first word in the last program, when there are calls.</summary>
    public int FunctionIndex { get; private set; }

    /// <summary>The random numbers.</summary>
    public Random Random => _random;

    /// <summary>True for what the translator makes code of, but the branches.</summary>
    public static bool IsTranslated(A64Row row)
    {
        InstructionTraits traits = InstructionTable.Of((ushort)row.Opcode);
        return (traits & InstructionTraits.Translated) != 0 && (traits & (InstructionTraits.Conditional | InstructionTraits.EndsBlock)) == 0;
    }

    /// <summary>A loop that counts X27 down, and a branch to itself behind it.</summary>
    public uint[] Next()
    {
        int length = _random.Next(1, 24);
        var words = new List<uint> { ReloadBase };
        _isKept[CounterRegister] = true;
        _isKept[InnerCounterRegister] = _isKept[FunctionRegister] = hasCalls;
        for (int i = 0; i < length; i++)
        {
            if (hasCalls)
            {
                AddCallOrLoop(words);
            }

            if (hasKnownValues && _random.Next(3) == 0)
            {
                AddKnownValue(words);
            }

            words.Add(_random.Next(8) == 0 ? NextBranch(length - i) : NextWord());
            if (TryPairWith(words[^1], out uint store))
            {
                words.Add(store);
                i++;
            }
        }

        words.Add(CountDown);
        uint back = (uint)-words.Count & 0x7ffff;
        words.Add(Loop | (back << 5));
        words.Add(0x1400_0000);
        if (hasCalls)
        {
            AddFunction(words);
        }

        return [.. words];
    }

    private void AddCallOrLoop(List<uint> words)
    {
        switch (_random.Next(6))
        {
            case 0:
                words.Add(Call);
                break;
            case 1:
                words.Add(CallByRegister);
                break;
            case 2:
                words.Add(StartInnerLoop | ((uint)_random.Next(1, 5) << 5));
                int start = words.Count;
                for (int i = _random.Next(1, 6); i > 0; i--)
                {
                    words.Add(_random.Next(5) == 0 ? Call : NextWord());
                }

                words.Add(InnerCountDown);
                words.Add(InnerLoop | (((uint)(start - words.Count) & 0x7ffff) << 5));
                break;
        }
    }

    // Calls are told where it is only now.
    private void AddFunction(List<uint> words)
    {
        FunctionIndex = words.Count;
        for (int i = 0; i < words.Count; i++)
        {
            words[i] |= words[i] == Call ? (uint)(FunctionIndex - i) : 0;
        }

        _isKept[LinkRegister] = true;
        for (int i = _random.Next(1, 8); i > 0; i--)
        {
            words.Add(NextWord());
        }

        _isKept[LinkRegister] = false;
        words.Add(Return);
    }

    // An exclusive store that goes with an exclusive load, most of the time.
    private bool TryPairWith(uint load, out uint store)
    {
        const uint exclusiveMask = 0x3fc0_0000;
        const uint loadBit = 1 << 22;
        const uint resultAndData = 0x001f_001f;
        store = 0;
        if ((load & exclusiveMask) != (0x0800_0000 | loadBit) || _random.Next(4) == 0)
        {
            return false;
        }

        do
        {
            store = (load & ~(loadBit | resultAndData)) | (NextUInt32() & resultAndData);
        }
        while (Touches(store));
        return true;
    }

    private uint NextWord()
    {
        DecodedOperation scratch;
        while (true)
        {
            A64Row row = _rows[_random.Next(_rows.Length)];
            uint word = (NextUInt32() & ~row.Mask) | row.Value;
            if (row.Group == A64Group.LoadStore)
            {
                word = (word & ~0x3e0u) | (BaseRegister << 5);
            }

            scratch = default;
            if (!row.Matches(word) || A64Decoder.Decode(word) != row.Opcode || !Binder.Bind(row.Opcode, word, &scratch) || Touches(word))
            {
                continue;
            }

            return word;
        }
    }

    // Never what must be kept; the base may be written back to, since every round sets it anew.
    private bool Touches(uint word) => (word & 31) == BaseRegister || _isKept[word & 31] || _isKept[(word >> 10) & 31] || _isKept[(word >> 16) & 31];

    private uint NextBranch(int most)
    {
        while (true)
        {
            A64Row row = A64Table.Find(Branches[_random.Next(Branches.Length)])!;
            uint word = (NextUInt32() & ~row.Mask) | row.Value;
            uint words = (uint)_random.Next(1, most + 1);
            word = row.Opcode switch
            {
                A64Opcode.Branch => row.Value | words,
                A64Opcode.TestBitAndBranchZero or A64Opcode.TestBitAndBranchNonzero => (word & ~0x7ffe0u) | (words << 5),
                _ => (word & ~0xffffe0u) | (words << 5),
            };
            return word;
        }
    }

    private uint NextUInt32() => (uint)_random.NextInt64(1L << 32);
}
