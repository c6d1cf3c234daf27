using System.CommandLine;
using Emulator.Tool.CommandLine;
using Emulator.Tool.Running;

namespace Emulator.Tool.Comparison;

/// <summary><c>emu bench</c>: the side-by-side comparison. All figures of one report are measured in one go on one host.</summary>
internal static class BenchCommand
{
    private const string DefaultRuns = "5";

    /// <summary>Creates the command.</summary>
    public static Command Create(IToolHost host)
    {
        var command = new Command("bench", "Compares this machine with QEMU and Unicorn: whole boots, and small guests for one kind of work each; medians of runs taken by turns.");
        var names = new Argument<string[]>("names")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = $"what to run (all): {string.Join(", ", BenchGuests.Names)}",
        };
        var runs = new Option<string>("--runs", "--rounds") { HelpName = "N", Description = $"how often each is run ({DefaultRuns})" };
        var with = new Option<string>("--with") { HelpName = "LIST", Description = $"who takes part, with commas between (all): {string.Join(", ", ContestFactory.Groups)}" };
        var file = new Option<string>("--elf") { HelpName = "FILE", Description = "run this program instead, see --until" };
        var until = new Option<string>("--until") { HelpName = "REGEX", Description = "what the program of --elf prints when it is done" };
        var cpu = new Option<string>("--cpu") { HelpName = "NAME", Description = $"its CPU ({BenchGuest.DefaultCpu})" };
        var cpus = new Option<string>("--cpus") { HelpName = "N", Description = "how many CPUs it has (1)" };
        var el = new Option<string>("--el") { HelpName = "1|2|3", Description = "exception level out of reset (1)" };
        var json = new Option<string>("--json") { HelpName = "FILE", Description = "write the figures as JSON, too" };
        var statistics = new Option<string>("--stats") { HelpName = "FOLDER", Description = "run each once more and write its statistics there, with how long requests took, for 'report'" };
        command.Arguments.Add(names);
        foreach (Option option in new Option[] { runs, with, file, until, cpu, cpus, el, json, statistics })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            string? elf = parsed.GetValue(file);
            string? end = parsed.GetValue(until);
            if (elf is null != end is null)
            {
                throw new UsageException("--elf and --until go together");
            }

            if (elf is null && (parsed.GetResult(cpu) ?? parsed.GetResult(cpus) ?? parsed.GetResult(el)) is not null)
            {
                throw new UsageException("--cpu, --cpus and --el are about the machine of --elf");
            }

            var machine = new RunSettings
            {
                Cpu = parsed.GetValue(cpu) is { } model ? Values.OneOf("--cpu", model, [.. Boards.BoardOptions.CpuModels]) : null,
                Cpus = parsed.GetValue(cpus) is { } number ? (int)Values.Count("--cpus", number, 1, int.MaxValue) : null,
                ExceptionLevel = parsed.GetValue(el) is { } level ? (int)Values.Count("--el", level, 1, 3) : null,
            };
            string[] chosen = parsed.GetValue(names) is { Length: > 0 } given ? given : elf is null ? [.. BenchGuests.Names] : [];
            foreach (string name in chosen)
            {
                Values.OneOf("bench", name, [.. BenchGuests.Names]);
            }

            string[]? asked = parsed.GetValue(with)?.Split(',');
            foreach (string group in asked ?? [])
            {
                Values.OneOf("--with", group, [.. ContestFactory.Groups]);
            }

            Compare(
                (int)Values.Count("--runs", parsed.GetValue(runs) ?? DefaultRuns, 1, 1000),
                folder => [.. chosen.Select(name => BenchGuests.Find(name, folder, host)), .. elf is null ? Enumerable.Empty<BenchGuest>() : [BenchGuests.FromFile(elf, end!, machine)]],
                new ContestFactory(asked, host.Error.WriteLine),
                parsed.GetValue(json),
                parsed.GetValue(statistics),
                parsed.InvocationConfiguration.Output,
                host);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Compare(int runs, Func<string, IReadOnlyList<BenchGuest>> choose, ContestFactory factory, string? json, string? statistics, TextWriter output, IToolHost host)
    {
        string folder = Directory.CreateTempSubdirectory("emulator-bench-").FullName;
        try
        {
            var contests = new List<Contest>();
            foreach (BenchGuest guest in choose(folder))
            {
                Contest contest = factory.Create(guest, folder);
                contest.Hold(runs, host.Error.WriteLine);
                factory.AddFigures(contest);
                ContestReport.WriteTable(output, contest);
                output.Flush();
                contests.Add(contest);
                foreach (Contestant contestant in contest.Contestants.Where(_ => statistics is not null))
                {
                    contestant.WriteStatistics?.Invoke(Path.Combine(Directory.CreateDirectory(statistics!).FullName, $"{contest.Key}-{contestant.Key}.json"));
                }
            }

            ContestReport.WriteMeans(output, contests);
            if (json is not null)
            {
                ContestReport.WriteJson(json, contests);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
