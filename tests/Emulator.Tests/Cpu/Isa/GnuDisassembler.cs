using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Emulator.Tests.Cpu.Isa;

/// <summary>GNU objdump as an independent opinion about words. It knows all of Armv9, not only ARMv8.0-A.</summary>
internal static partial class GnuDisassembler
{
    private static readonly string[] Programs = ["aarch64-linux-gnu-objdump", "objdump"];

    /// <summary>Disassembles words without aliases.</summary>
    /// <returns>A text for each word, null for one that is not allocated. Blanks are single, comments are left out.</returns>
    public static string?[] Disassemble(IReadOnlyList<uint> words)
    {
        string file = Path.GetTempFileName();
        try
        {
            byte[] bytes = new byte[4 * words.Count];
            for (int i = 0; i < words.Count; i++)
            {
                BitConverter.TryWriteBytes(bytes.AsSpan(4 * i), words[i]);
            }

            File.WriteAllBytes(file, bytes);
            foreach (string program in Programs)
            {
                if (TryRun(program, file) is { } output)
                {
                    return Parse(output, words);
                }
            }
        }
        finally
        {
            File.Delete(file);
        }

        const string Reason = "GNU objdump for AArch64 is not there; install binutils-aarch64-linux-gnu.";
        if (Environment.GetEnvironmentVariable("EMULATOR_REQUIRE_PEERS") == "1")
        {
            Assert.Fail(Reason);
        }

        // Runners list the tests that were ignored, but seldom the reason; this they pass on.
        TestContext.Error.WriteLine($"left out, a peer is missing: {Reason}");
        throw new IgnoreException(Reason);
    }

    private static string? TryRun(string program, string file)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in new[] { "-D", "-b", "binary", "-m", "aarch64", "-M", "no-aliases,no-notes", file })
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (global::System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string?[] Parse(string output, IReadOnlyList<uint> words)
    {
        var texts = new List<string?>(words.Count);
        foreach (Match line in Line().Matches(output))
        {
            Assert.That(uint.Parse(line.Groups[1].Value, NumberStyles.HexNumber), Is.EqualTo(words[texts.Count]));
            string text = Blanks().Replace(line.Groups[2].Value, " ").Trim();
            texts.Add(text.StartsWith(".inst", StringComparison.Ordinal) || text.StartsWith("udf", StringComparison.Ordinal) ? null : text);
        }

        Assert.That(texts, Has.Count.EqualTo(words.Count));
        return [.. texts];
    }

    [GeneratedRegex(@"^ *[0-9a-f]+:\t([0-9a-f]{8}) \t([^/;\n]*)", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
