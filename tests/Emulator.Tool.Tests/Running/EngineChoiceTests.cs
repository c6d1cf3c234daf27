using System.Diagnostics;
using System.Text.Json;
using Emulator.Tool.CommandLine;

namespace Emulator.Tool.Tests.Running;

/// <summary>Which engine runs a guest, where the host lets code be translated and where it does not, and what a translator can be asked for.</summary>
public sealed class EngineChoiceTests
{
    private static readonly string Guest = Path.Combine(AppContext.BaseDirectory, "selfmod.elf");

    [Test]
    public void Where_nothing_can_be_translated_auto_interprets_and_says_so_once()
    {
        (int exitCode, string error) = RunProcess("DOTNET_EnableAVX2", "0", "--log", "information", "--stats", "-");

        Assert.That(exitCode, Is.EqualTo(ExitCode.Success), error);
        Assert.That(error.Split('\n').Count(line => line.Contains("guest code is interpreted: the engine 'jit' needs", StringComparison.Ordinal)), Is.EqualTo(1), error);
        Assert.That(EngineOf(error), Is.EqualTo("interpreter"));
    }

    [Test]
    public void Where_nothing_can_be_translated_jit_is_an_error()
    {
        (int exitCode, string error) = RunProcess("DOTNET_EnableAVX2", "0", "--engine", "jit");

        Assert.That(exitCode, Is.EqualTo(ExitCode.HostError));
        Assert.That(error, Does.StartWith("emu: the engine 'jit' needs").And.Contain("use auto or interpreter"));
        Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
    }

    [TestCase("DOTNET_EnableWriteXorExecute", "1")]
    [TestCase("DOTNET_EnableWriteXorExecute", "0")]
    [TestCase("DOTNET_TieredCompilation", "0")]
    public void Settings_of_the_runtime_do_not_matter(string variable, string value)
    {
        RequireTranslator();

        (int exitCode, string error) = RunProcess(variable, value, "--log", "information", "--stats", "-");

        Assert.That(exitCode, Is.EqualTo(ExitCode.Success), error);
        Assert.That(EngineOf(error), Is.EqualTo("jit"));
        Assert.That(error, Does.Not.Contain("interpreted"));
    }

    [Test]
    public void A_small_code_cache_and_a_perf_map_are_used()
    {
        RequireTranslator();
        string map = $"/tmp/perf-{Environment.ProcessId}.map";
        var host = new FakeToolHost();
        try
        {
            int exitCode = EmuCommandLine.Invoke(["run", "--kernel", Guest, "--code-cache", "1M", "--perf-map", "--expect", "right", "--stats", "-"], host);

            Assert.That(exitCode, Is.EqualTo(ExitCode.Success), host.ErrorText);
            Assert.That(File.ReadAllLines(map), Has.Some.Matches(@"^[0-9a-f]+ [0-9a-f]+ guest_0x400[0-9a-f]+$"));
        }
        finally
        {
            File.Delete(map);
        }

        using JsonDocument statistics = JsonDocument.Parse(host.ErrorText.TrimEnd().Split('\n')[^1]);
        JsonElement translation = statistics.RootElement.GetProperty("translation");
        Assert.That(
            translation.EnumerateObject().Select(property => property.Name),
            Is.EqualTo(["blocks", "instructions", "seconds", "bytes", "regions", "flushes", "invalidations", "exits"]));
        Assert.That(translation.GetProperty("invalidations").GetInt64(), Is.Positive);
        Assert.That(translation.GetProperty("exits").GetProperty("link").GetInt64(), Is.Positive);
    }

    private static void RequireTranslator()
    {
        try
        {
            using Machine machine = new MachineBuilder(Boards.Board.Virt).WithEngine(CpuEngineFactory.Find("jit")).Build();
        }
        catch (EmulatorException exception)
        {
            Assert.Ignore(exception.Message);
        }
    }

    private static string? EngineOf(string error)
    {
        using JsonDocument statistics = JsonDocument.Parse(error.TrimEnd().Split('\n')[^1]);
        return statistics.RootElement.GetProperty("engine").GetString();
    }

    private static (int ExitCode, string Error) RunProcess(string variable, string value, params string[] options)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(EmuCommandLine).Assembly.Location, "run", "--kernel", Guest, "--expect", "right", .. options])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[variable] = value;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        TestContext.Out.WriteLine(output);
        return (process.ExitCode, error.Result);
    }
}
