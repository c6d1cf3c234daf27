using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Emulator.Boards;
using Emulator.Timing;

namespace Emulator.InteropTests.Cpu;

/// <summary>Runs the guest <c>sysregs</c> of <c>guest-images</c> here and on QEMU.</summary>
internal static class SystemRegisterGuest
{
    private const int ParametersOffset = 0x40;
    private const string LastLine = "END";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What a CPU tells of each encoding, by encoding; those that are UNDEFINED are missing.</summary>
    public static SortedDictionary<int, string> RunHere(SystemRegisterScenario scenario)
    {
        string path = WriteImage(scenario);
        try
        {
            using Machine machine = new MachineBuilder(Board.Virt)
                .WithExceptionLevel(scenario.HighestLevel)
                .WithCpu(scenario.Cpu)
                .WithFirmware(path)
                .Build();
            StringBuilder line = new();
            SortedDictionary<int, string> answers = [];
            machine.Console.ByteReceived += value =>
            {
                if (value != '\n')
                {
                    _ = line.Append((char)value);
                    return;
                }

                if (!AddAnswer(answers, line.ToString()))
                {
                    machine.RequestStop();
                }

                _ = line.Clear();
            };
            StopReason reason = machine.Run(new RunLimits { Until = VirtualTime.FromTimeSpan(TimeSpan.FromSeconds(2)) });
            Assert.That(reason, Is.EqualTo(StopReason.Requested), machine.DescribeState());
            return answers;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The same on QEMU.</summary>
    public static SortedDictionary<int, string> RunOnQemu(SystemRegisterScenario scenario)
    {
        string path = WriteImage(scenario);
        string levels = scenario.HighestLevel switch { 3 => ",secure=on,virtualization=on", 2 => ",virtualization=on", _ => string.Empty };
        ProcessStartInfo start = new("qemu-system-aarch64")
        {
            ArgumentList =
            {
                "-M", "virt,gic-version=3" + levels, "-cpu", scenario.Cpu, "-m", "256", "-nodefaults", "-display", "none", "-monitor", "none", "-serial", "stdio", "-bios", path,
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        using Timer impatience = new(_ => process.Kill(), null, Patience, Timeout.InfiniteTimeSpan);
        try
        {
            SortedDictionary<int, string> answers = [];
            while (process.StandardOutput.ReadLine() is { } line)
            {
                if (!AddAnswer(answers, line))
                {
                    return answers;
                }
            }

            throw new AssertionException($"QEMU has ended, or was ended after {Patience}, before the guest's last line: {scenario}");
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
            File.Delete(path);
        }
    }

    private static bool AddAnswer(SortedDictionary<int, string> answers, string line)
    {
        if (line == LastLine)
        {
            return false;
        }

        answers.Add(int.Parse(line.AsSpan(0, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture), line[4..].Trim());
        return true;
    }

    private static string WriteImage(SystemRegisterScenario scenario)
    {
        byte[] image = File.ReadAllBytes(Path.Combine(RepositoryRoot(), "guest-images", "sysregs", "sysregs.bin"));
        for (int i = 0; i < scenario.Parameters.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(ParametersOffset + (i * sizeof(ulong))), scenario.Parameters[i]);
        }

        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, image);
        return path;
    }

    /// <summary>Where the sources are.</summary>
    public static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Emulator.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("no Emulator.sln above the tests");
    }
}
