using System.Diagnostics;
using Emulator.Tool.CommandLine;
using Emulator.Tool.Running;

namespace Emulator.Tool.Comparison;

/// <summary>Runs a guest once, here, in a fresh process, or on QEMU, and says how long that took.</summary>
internal static class GuestTimes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Runs a machine in this process, from building it to the end of its script.</summary>
    /// <returns>How the run has ended.</returns>
    public static RunOutcome InProcess(RunSettings settings)
    {
        using var host = new SilentHost();
        using var runner = new GuestRunner(settings with { Timeout = Patience }, host);
        int exitCode = runner.Run();
        return exitCode == ExitCode.Success
            ? runner.Outcomes[^1]
            : throw new EmulatorException($"a run to be measured ended with exit code {exitCode}: {host.ErrorText.Trim()}");
    }

    /// <summary>Runs this tool as a process of its own.</summary>
    public static double FreshProcess(params IEnumerable<string> arguments)
    {
        string program = Environment.ProcessPath!;
        IEnumerable<string> all = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(GuestTimes).Assembly.Location, .. arguments] : arguments;
        return OfProcess(program, all, (process, _) =>
        {
            process.StandardInput.Close();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new EmulatorException($"{program} ended with exit code {process.ExitCode}");
            }
        });
    }

    /// <summary>Runs QEMU until a script has been met, or to its own end.</summary>
    public static double Qemu(IEnumerable<string> arguments, IReadOnlyList<ScriptStep> script) =>
        OfProcess(QemuPath!, arguments, (process, stop) => Follow(process, script, stop));

    /// <summary>Where QEMU is, or null.</summary>
    public static string? QemuPath { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "qemu-system-aarch64"))
            .FirstOrDefault(File.Exists);

    private static double OfProcess(string program, IEnumerable<string> arguments, Action<Process, Action> follow)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        long started = TimeProvider.System.GetTimestamp();
        double? seconds = null;
        using Process process = Process.Start(start)!;
        using var watchdog = new Timer(_ => process.Kill(), null, Patience, Timeout.InfiniteTimeSpan);
        try
        {
            follow(process, () => seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds);
            return seconds ?? TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
            }
        }
    }

    private static void Follow(Process process, IReadOnlyList<ScriptStep> script, Action stop)
    {
        Stream output = process.StandardOutput.BaseStream;
        Stream input = process.StandardInput.BaseStream;
        byte[] buffer = new byte[4096];
        int count = 0;
        int next = 0;
        foreach (ScriptStep step in script)
        {
            if (step.Expected is null)
            {
                input.Write([.. step.Sent.Select(c => (byte)c)]);
                input.Flush();
                continue;
            }

            var matcher = new Testing.ConsoleMatcher(step.Expected);
            do
            {
                if (next == count)
                {
                    next = 0;
                    count = output.Read(buffer);
                    if (count == 0)
                    {
                        throw new EmulatorException($"{process.StartInfo.FileName} ended before it printed {step.Expected}");
                    }
                }
            }
            while (!matcher.Append(buffer[next++]));
        }

        if (script.Count == 0)
        {
            process.WaitForExit();
        }

        stop();
    }
}
