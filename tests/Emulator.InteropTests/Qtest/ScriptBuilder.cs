using Emulator.Memory;

namespace Emulator.InteropTests.Qtest;

/// <summary>Scripts that can be made from a list of registers alone.</summary>
internal static class ScriptBuilder
{
    private const string ReservedBitsName = "reserved bits";

    /// <summary>
    /// The seed of all random scripts: fixed, so that a run can be repeated, unless the environment gives another. It is printed.
    /// </summary>
    public static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("EMULATOR_TEST_SEED"), out int seed) ? seed : 20240101;

    /// <summary>All scripts of this class.</summary>
    /// <param name="device">The device.</param>
    /// <param name="randomScripts">How many random ones.</param>
    public static IEnumerable<DeviceScript> All(ComparedDevice device, int randomScripts = 4) =>
    [
        Reset(device),
        ReservedBits(device),
        .. device.Widths.Select(width => Patterns(device, width)),
        .. Enumerable.Range(0, randomScripts).Select(i => Random(device, i, 3000)),
    ];

    /// <summary>The registers that a device declares.</summary>
    public static IReadOnlyList<NamedRegister> RegistersOf<TDevice>(RegisterTable<TDevice> table)
        where TDevice : class =>
        [.. table.Registers.Select(r => new NamedRegister((ulong)r.Offset, r.Name, r.Count))];

    /// <summary>Reads everything as reset leaves it, in every width at every place of the registers.</summary>
    public static DeviceScript Reset(ComparedDevice device)
    {
        var script = new DeviceScript("reset values");
        foreach (NamedRegister register in device.Registers)
        {
            foreach (int width in device.Widths)
            {
                for (ulong offset = register.Offset; offset < register.End; offset += (ulong)width)
                {
                    if (offset % (ulong)width == 0)
                    {
                        script.Read(offset, width);
                    }
                }
            }
        }

        return script;
    }

    /// <summary>Writes zero, all ones and walking ones to registers in one width, and reads it back each time; then reads all.</summary>
    public static DeviceScript Patterns(ComparedDevice device, int width)
    {
        var script = new DeviceScript($"patterns, {8 * width} bits");
        ulong[] values = [0, ulong.MaxValue, 0x5555_5555_5555_5555, .. Enumerable.Range(0, 8 * width).Select(bit => 1ul << bit), 0];
        foreach (NamedRegister register in device.Registers)
        {
            for (ulong offset = register.Offset; offset < register.End; offset += (ulong)Math.Max(width, register.Width))
            {
                if (offset % (ulong)width != 0 || !IsSample(register, (int)((offset - register.Offset) / (ulong)register.Width)))
                {
                    continue;
                }

                foreach (ulong value in values)
                {
                    script.Write(offset, value & WritableAt(device, offset, width), width).Read(offset, width);
                }
            }
        }

        return ReadAll(script, device);
    }

    /// <summary>Writes ones to all bits that the specification reserves, and reads them back.</summary>
    public static DeviceScript ReservedBits(ComparedDevice device)
    {
        var script = new DeviceScript(ReservedBitsName);
        foreach (NamedRegister register in device.Registers.Where(r => r.Reserved != 0))
        {
            for (ulong offset = register.Offset; offset < register.End; offset += 4)
            {
                script.Write(offset, register.WordOf(register.Reserved, offset)).Read(offset).Write(offset, 0).Read(offset);
            }
        }

        return script;
    }

    /// <summary>The explanation of what <see cref="ReservedBits"/> finds.</summary>
    public static KnownDifference ReservedBitsAreKept(IReadOnlyList<NamedRegister> registers) => new(
        "Bits that the specification reserves read as zero. QEMU keeps what is written to some.",
        d => d.Script == ReservedBitsName
            && d.Ours.Lines == d.Theirs.Lines
            && ((uint)(d.Ours.Value ^ d.Theirs.Value) & ~ReservedAt(registers, d.Step.Offset)) == 0);

    /// <summary>Random accesses of all widths to random registers.</summary>
    public static DeviceScript Random(ComparedDevice device, int index, int steps)
    {
        TestContext.Out.WriteLine($"{device.Name}: random script {index}, seed {Seed}");
        var random = new Random(HashCode(Seed, index));
        var script = new DeviceScript($"random {index}");
        for (int i = 0; i < steps; i++)
        {
            NamedRegister register = device.Registers[random.Next(device.Registers.Count)];
            int width = device.Widths[random.Next(device.Widths.Count)];
            ulong offset = (register.Offset + ((ulong)random.Next(register.Count) * (ulong)register.Width)) & ~(ulong)(width - 1);
            if (random.Next(2) == 0)
            {
                script.Read(offset, width);
            }
            else
            {
                script.Write(offset, Value(random) & WritableAt(device, offset, width), width);
            }
        }

        return ReadAll(script, device);
    }

    private static uint ReservedAt(IReadOnlyList<NamedRegister> registers, ulong offset)
    {
        NamedRegister register = registers.First(r => r.Contains(offset));
        return register.WordOf(register.Reserved, offset);
    }

    // A narrow access carries the low bits of a register, or the same bits of another lane.
    private static ulong WritableAt(ComparedDevice device, ulong offset, int width)
    {
        ulong mask = 0;
        for (int i = 0; i < width; i += 4)
        {
            ulong word = (offset + (ulong)i) & ~3ul;
            uint writable = device.Registers.FirstOrDefault(r => r.Contains(word)) is { } register ? register.WordOf(register.Writable, word) : uint.MaxValue;
            mask |= (ulong)writable << (8 * i);
        }

        return mask;
    }

    // Of a long row: the first ones, some all along, and the last.
    private static bool IsSample(NamedRegister register, int index) =>
        register.Count <= 96 || index < 40 || index % 16 < 2 || index >= register.Count - 2;

    private static DeviceScript ReadAll(DeviceScript script, ComparedDevice device)
    {
        foreach (NamedRegister register in device.Registers)
        {
            for (ulong offset = register.Offset; offset < register.End; offset += 4)
            {
                script.Read(offset);
            }
        }

        return script;
    }

    // Few bits, many bits, or any.
    private static ulong Value(Random random) => random.Next(4) switch
    {
        0 => 1ul << random.Next(64),
        1 => ~(1ul << random.Next(64)),
        2 => (ulong)random.Next(256),
        _ => (ulong)random.NextInt64(),
    };

    // System.HashCode differs from process to process.
    private static int HashCode(int seed, int index) => unchecked((seed * 486187739) + index);
}
