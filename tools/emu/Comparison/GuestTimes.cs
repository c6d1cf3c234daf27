using System.Diagnostics;
using Emulator.Tool.CommandLine;
using Emulator.Tool.Running;

namespace Emulator.Tool.Comparison;

/// <summary>Runs a guest once, here, in a fresh process, or on QEMU, and says how long that took.</summary>
internal static class GuestTimes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(600);

    /// <summary>Where QEMU is, or null.</summary>
    public static string? QemuPath { get; } = Find("qemu-system-aarch64");

    /// <summary>This tool's program, and what its arguments begin with.</summary>
    public static (string Program, string[] First) ThisTool
    {
        get
        {
            string program = Environment.ProcessPath!;
            return (program, Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(GuestTimes).Assembly.Location] : []);
        }
    }

    /// <summary>Looks for a program.</summary>
    /// <returns>Where it is, or null.</returns>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

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
    public static double FreshProcess(IEnumerable<string> arguments)
    {
        (string program, string[] first) = ThisTool;
        string[] all = [.. first, .. arguments];
        long started = TimeProvider.System.GetTimestamp();
        double seconds = 0;
        WithProcess(program, all, process =>
        {
            process.StandardInput.Close();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            if (process.ExitCode != 0)
            {
                throw new EmulatorException($"{program} ended with exit code {process.ExitCode}");
            }
        });
        return seconds;
    }

    /// <summary>Runs QEMU until a script has been met.</summary>
    /// <param name="arguments">QEMU's command line.</param>
    /// <param name="script">The script, which ends with something to wait for.</param>
    /// <param name="ask">Called when the clock has been stopped, while QEMU is still there.</param>
    public static QemuRun Qemu(IEnumerable<string> arguments, IReadOnlyList<ScriptStep> script, Action ask)
    {
        QemuRun? run = null;
        long started = TimeProvider.System.GetTimestamp();
        WithProcess(QemuPath!, arguments, process =>
        {
            List<long> met = Follow(process, script);
            run = new QemuRun(
                TimeProvider.System.GetElapsedTime(started, met[^1]).TotalSeconds,
                TimeProvider.System.GetElapsedTime(met[0], met[^1]).TotalSeconds);
            ask();
        });
        return run!;
    }

    private static void WithProcess(string program, IEnumerable<string> arguments, Action<Process> follow)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        using var watchdog = new Timer(_ => process.Kill(), null, Patience, Timeout.InfiniteTimeSpan);
        try
        {
            follow(process);
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

    // Gives the instants at which each pattern was met.
    private static List<long> Follow(Process process, IReadOnlyList<ScriptStep> script)
    {
        Stream output = process.StandardOutput.BaseStream;
        Stream input = process.StandardInput.BaseStream;
        byte[] buffer = new byte[4096];
        int count = 0;
        int next = 0;
        var met = new List<long>();
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
            met.Add(TimeProvider.System.GetTimestamp());
        }

        return met;
    }
}
