namespace Emulator.InteropTests.Qtest;

/// <summary>Scripts that can be made from a list of registers alone.</summary>
internal static class ScriptBuilder
{
    private static readonly int[] s_widths = [1, 2, 4, 8];

    /// <summary>
    /// The seed of all random scripts: fixed, so that a run can be repeated, unless the environment gives another. It is printed.
    /// </summary>
    public static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("EMULATOR_TEST_SEED"), out int seed) ? seed : 20240101;

    /// <summary>Reads everything as reset leaves it, in every width at every place of the registers.</summary>
    public static DeviceScript Reset(ComparedDevice device)
    {
        var script = new DeviceScript("reset values");
        foreach (NamedRegister register in device.Registers)
        {
            foreach (int width in s_widths)
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

    /// <summary>Writes zero, all ones and walking ones to every register in one width, and reads it back each time; then reads all.</summary>
    public static DeviceScript Patterns(ComparedDevice device, int width)
    {
        var script = new DeviceScript($"patterns, {8 * width} bits");
        ulong[] values = [0, ulong.MaxValue, 0x5555_5555_5555_5555, .. Enumerable.Range(0, 8 * width).Select(bit => 1ul << bit), 0];
        foreach (NamedRegister register in device.Registers)
        {
            for (ulong offset = register.Offset; offset < register.End; offset += (ulong)Math.Max(width, register.Width))
            {
                if (offset % (ulong)width != 0)
                {
                    continue;
                }

                foreach (ulong value in values)
                {
                    script.Write(offset, value, width).Read(offset, width);
                }
            }
        }

        return ReadAll(script, device);
    }

    /// <summary>Random accesses of all widths to random registers.</summary>
    public static DeviceScript Random(ComparedDevice device, int index, int steps)
    {
        TestContext.Out.WriteLine($"{device.Name}: random script {index}, seed {Seed}");
        var random = new Random(HashCode(Seed, index));
        var script = new DeviceScript($"random {index}");
        for (int i = 0; i < steps; i++)
        {
            NamedRegister register = device.Registers[random.Next(device.Registers.Count)];
            int width = s_widths[random.Next(s_widths.Length)];
            ulong offset = (register.Offset + ((ulong)random.Next(register.Count) * (ulong)register.Width)) & ~(ulong)(width - 1);
            if (random.Next(2) == 0)
            {
                script.Read(offset, width);
            }
            else
            {
                script.Write(offset, Value(random), width);
            }
        }

        return ReadAll(script, device);
    }

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
