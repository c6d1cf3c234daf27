using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Emulator.Testing;
using Emulator.Tool.CommandLine;

namespace Emulator.Tool.Tests.Running;

/// <summary>
/// What a guest was told to be safe is in the image file, whatever becomes of the process. The guest writes 64 blocks and flushes each, then writes them again as a driver that knows of no cache,
/// and tells of each block (<c>guest-images/virtio/durable.c</c>).
/// </summary>
public sealed partial class DurabilityTests
{
    private const int BlockLength = 4096;
    private const int Rounds = 64;

    private string _image = null!;

    private static string Guest => Path.Combine(AppContext.BaseDirectory, "durable.elf");

    [SetUp]
    public void MakeImage()
    {
        _image = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"durable-{Environment.ProcessId}.img");
        File.WriteAllBytes(_image, new byte[Rounds * BlockLength]);
    }

    [TearDown]
    public void DeleteImage() => File.Delete(_image);

    [TestCase(1)]
    [TestCase(40)]
    [TestCase(77)]
    [TestCase(127)]
    public void What_was_told_is_there_after_the_process_was_killed(int lines)
    {
        using Process process = Start("dotnet", Tool());
        int told = 0;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            told = Told(line) ?? told;
            if (told == lines)
            {
                process.Kill();
            }
        }

        process.WaitForExit();
        Assert.That(told, Is.AtLeast(lines), process.StandardError.ReadToEnd());
        byte[] image = File.ReadAllBytes(_image);
        for (int block = 0; block < Rounds; block++)
        {
            Span<int> words = MemoryMarshal.Cast<byte, int>(image.AsSpan(block * BlockLength, BlockLength));
            int least = told > block + Rounds ? block + 1 + Rounds : told > block ? block + 1 : 0;
            Assert.That(words[0], Is.AtLeast(least), $"block {block} when round {told} was told");
            Assert.That(words.IndexOfAnyExcept(words[0]), Is.EqualTo(-1), $"block {block} is whole");
        }
    }

    [Test]
    public void The_host_has_synchronised_the_file_before_the_guest_goes_on()
    {
        string strace = Peer.RequireProgram("strace", "Debian: package strace");
        using Process process = Start(strace, ["-f", "-y", "-qq", "-e", "trace=pwrite64,fsync,fdatasync", "-e", "signal=none", "-o", _image + ".calls", "dotnet", .. Tool()]);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string[] calls = File.ReadAllLines(_image + ".calls");
        File.Delete(_image + ".calls");
        if (calls.Length == 0 || !output.Contains("done", StringComparison.Ordinal))
        {
            Peer.Missing($"strace cannot watch processes here: {process.StandardError.ReadToEnd()}");
        }

        // The guest writes a block only when it was told that the one before is safe.
        var expected = new List<string>();
        for (int round = 0; round < 2 * Rounds; round++)
        {
            expected.Add($"write {round % Rounds * BlockLength}");
            expected.Add("sync");
        }

        var found = new List<string>();
        foreach (string call in calls.Where(call => call.Contains(Path.GetFileName(_image), StringComparison.Ordinal)))
        {
            Match write = WriteCall().Match(call);
            found.Add(write.Success ? $"write {write.Groups[1].Value}" : "sync");
        }

        Assert.That(found, Is.EqualTo(expected));
    }

    // The host's fsync reports an error once, and has forgotten by then what it could not write.
    [Test]
    public void A_guest_is_told_of_no_safe_block_after_a_flush_that_failed()
    {
        const int FailingRound = 10;
        string strace = Peer.RequireProgram("strace", "Debian: package strace");
        string inject = string.Create(CultureInfo.InvariantCulture, $"inject=fsync:error=EIO:when={FailingRound}");
        using Process process = Start(strace, ["-f", "-qq", "-P", _image, "-e", "trace=fsync", "-e", inject, "-e", "signal=none", "-o", "/dev/null", "dotnet", .. Tool()]);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string[] lines = [.. process.StandardOutput.ReadToEnd().Split('\n').SkipWhile(line => line == "running")];
        process.WaitForExit();
        if (!lines.Contains("done"))
        {
            Peer.Missing($"strace cannot watch processes here: {errors.Result}");
        }

        for (int round = 1; round <= 2 * Rounds; round++)
        {
            string what = string.Create(CultureInfo.InvariantCulture, $"{(round <= Rounds ? "flushed" : "written")} {round:x2}");
            Assert.That(lines[round - 1], Is.EqualTo(round < FailingRound ? what : what + " failed"));
        }

        Assert.That(errors.Result, Does.Contain("I/O error"));
    }

    private IEnumerable<string> Tool() => [typeof(EmuCommandLine).Assembly.Location, "run", "--kernel", Guest, "--drive", _image];

    private static Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    private static int? Told(string line) =>
        Round().Match(line) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex("^(?:flushed|written) ([0-9a-f]+)$")]
    private static partial Regex Round();

    [GeneratedRegex(@"pwrite64\(.*, 4096, (\d+)")]
    private static partial Regex WriteCall();
}
