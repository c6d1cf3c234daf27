using System.Collections.Concurrent;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>What a run of the tests has compared, with which oracle; at its end the tables of it are written.</summary>
[SetUpFixture]
internal sealed class Conformance
{
    /// <summary>Rows that were compared with libunicorn.</summary>
    public static Dictionary<A64Opcode, RowResult> Unicorn { get; } = [];

    /// <summary>Rows that were compared with <c>qemu-aarch64</c>.</summary>
    public static Dictionary<A64Opcode, RowResult> Qemu { get; } = [];

    /// <summary>How many cases of a row the translator has made code for.</summary>
    public static ConcurrentDictionary<A64Opcode, int> Translator { get; } = new();

    [OneTimeTearDown]
    public void Write()
    {
        if (Unicorn.Count + Qemu.Count == 0)
        {
            return;
        }

        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "artifacts");
        Directory.CreateDirectory(folder);
        string groups = ConformanceReport.Groups(Unicorn, Qemu);
        File.WriteAllText(Path.Combine(folder, "conformance-cpu.md"), groups);
        File.WriteAllText(Path.Combine(folder, ConformanceReport.InstructionsFile), ConformanceReport.Instructions(Unicorn, Qemu, Translator));
        TestContext.Progress.WriteLine($"{groups}written to {folder}");
    }
}
