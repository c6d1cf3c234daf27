using System.CommandLine;
using Emulator.Boards;
using Emulator.Testing.Images;
using Emulator.Tool.Comparison;
using Emulator.Tool.Reporting;
using Emulator.Tool.Running;

namespace Emulator.Tool.CommandLine;

/// <summary>The command line as a whole: its commands, and how errors become exit codes.</summary>
internal static class EmuCommandLine
{
    private static readonly Dictionary<string, string> OptionsOfBoard = new()
    {
        ["Board"] = "--board",
        ["CpuModel"] = "--cpu",
        ["Cpus"] = "--cpus",
        ["GicVersion"] = "--gic",
        ["MemorySize"] = "--memory",
        ["ExceptionLevel"] = "--el",
        ["RtcEpoch"] = "--rtc",
    };

    /// <summary>How a command line is split: what stands after an option is its value, whatever it looks like.</summary>
    internal static ParserConfiguration Parsing { get; } = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Does what a command line asks for.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="host">The process.</param>
    /// <returns>The exit code.</returns>
    public static int Invoke(IReadOnlyList<string> arguments, IToolHost host)
    {
        try
        {
            return Run(arguments, host);
        }
        catch (BoardOptionException e)
        {
            string option = OptionsOfBoard.GetValueOrDefault(e.Option, e.Option);
            return Fail(host, e.Message.Replace(e.Option, option, StringComparison.Ordinal), ExitCode.Usage);
        }
        catch (Exception e) when (e is UsageException or UnknownImageException)
        {
            return Fail(host, e.Message, ExitCode.Usage);
        }
        catch (Exception e) when (e is EmulatorException or IOException or UnauthorizedAccessException)
        {
            return Fail(host, e.Message, ExitCode.HostError);
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("EMULATOR_DEBUG") != "1")
        {
            return Fail(host, $"internal error, please report it: {e.GetType().Name}: {e.Message} (EMULATOR_DEBUG=1 shows where)", ExitCode.HostError);
        }
    }

    private static int Run(IReadOnlyList<string> arguments, IToolHost host)
    {
        var root = new RootCommand("An AArch64 machine in a process: boots U-Boot, Zephyr, Linux and UEFI images.");
        root.Subcommands.Add(CreateRun(host));
        root.Subcommands.Add(CreateBoot(host));
        root.Subcommands.Add(ImagesCommand.Create(host));
        root.Subcommands.Add(BenchCommand.Create(host));
        root.Subcommands.Add(ServeCommand.Create(host));
        root.Subcommands.Add(ReportCommand.Create());

        ParseResult parsed = root.Parse(arguments, Parsing);
        if (parsed.Errors.Count > 0)
        {
            string problem = parsed.UnmatchedTokens is [var unknown, ..] ? $"'{unknown}' is not known here" : parsed.Errors[0].Message.TrimEnd('.');
            throw new UsageException($"{problem}; 'emu --help' and 'emu COMMAND --help' show what there is");
        }

        using var output = new StreamWriter(host.Output, leaveOpen: true) { NewLine = "\n" };
        return parsed.Invoke(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
            Output = output,
            Error = host.Error,
        });
    }

    private static Command CreateRun(IToolHost host)
    {
        var command = new Command("run", "Runs a machine; its first UART is standard input and output.");
        var options = new MachineOptions();
        options.AddTo(command);
        command.SetAction(parsed => Run(options.Read(parsed, new RunSettings()), host));
        return command;
    }

    private static Command CreateBoot(IToolHost host)
    {
        var command = new Command("boot", "Boots a public image of the image store; without a terminal and a script, until its prompt has come.");
        var name = new Argument<string>("name") { Description = string.Join(", ", BootProfile.All.Select(profile => profile.Image)) };
        command.Arguments.Add(name);
        var options = new MachineOptions();
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            BootProfile profile = BootProfile.Find(parsed.GetRequiredValue(name));
            RunSettings given = options.Read(parsed, new RunSettings());
            PublicImage image = ImageFetching.Get(profile.Image, host);
            RunSettings settings = options.Read(parsed, profile.Apply(new RunSettings(), image));
            bool isAlone = given.Script.Count == 0 && !host.IsInputTerminal;
            return Run(isAlone ? settings with { Script = profile.ToPrompt() } : settings, host);
        });
        return command;
    }

    private static int Run(RunSettings settings, IToolHost host)
    {
        using var runner = new GuestRunner(settings, host);
        return runner.Run();
    }

    private static int Fail(IToolHost host, string message, int exitCode)
    {
        host.Error.WriteLine("emu: " + message.ReplaceLineEndings(" "));
        return exitCode;
    }
}
