using System.CommandLine;
using System.Globalization;
using Emulator.Testing.Images;
using Emulator.Tool.CommandLine;
using Emulator.Tool.Running;

namespace Emulator.Tool.Comparison;

/// <summary><c>emu bench</c>: the side-by-side comparison. All figures of one report are measured in one go on one host.</summary>
internal static class BenchCommand
{
    private static readonly string[] QemuMachine = ["-M", "virt,gic-version=3", "-cpu", "cortex-a57", "-m", "256", "-nodefaults", "-serial", "stdio", "-display", "none"];

    // Our own guests, and what they do.
    private static readonly (string Name, string Title)[] Guests =
    [
        ("loop", "integer loop, 400 million instructions"),
        ("sort", "heap sort of words"),
        ("crc", "CRC-32 by table"),
        ("sha", "SHA-256"),
        ("matrix", "product of matrices of doubles"),
        ("calls", "recursion and indirect calls"),
        ("state", "state machine over text"),
        ("copy", "copies and fills of a mebibyte"),
        ("svc", "two million SVC round trips"),
        ("chase", "walk along pointers through 64 MiB of pages"),
        ("neon", "vectors of integers and floats"),
        ("nbody", "planets in doubles"),
        ("mmio", "six million accesses to a device"),
        ("timer", "200,000 timer interrupts"),
        ("churn", "200,000 pages mapped and unmapped"),
        ("selfmod", "a function written 30,000 times"),
    ];

    /// <summary>Creates the command.</summary>
    public static Command Create(IToolHost host)
    {
        var command = new Command("bench", "Compares this machine with QEMU: U-Boot to its prompt, and small guests for one kind of work each; medians of runs taken by turns.");
        var rounds = new Option<string>("--rounds") { HelpName = "N", Description = "how often each is run (5)" };
        var json = new Option<string>("--json") { HelpName = "FILE", Description = "write the figures as JSON, too" };
        command.Options.Add(rounds);
        command.Options.Add(json);
        command.SetAction(parsed => Compare(
            (int)Values.Count("--rounds", parsed.GetValue(rounds) ?? "5", 1, 1000),
            parsed.GetValue(json),
            parsed.InvocationConfiguration.Output,
            host));
        return command;
    }

    private static int Compare(int rounds, string? json, TextWriter output, IToolHost host)
    {
        string folder = Directory.CreateTempSubdirectory("emulator-bench-").FullName;
        try
        {
            var figures = new SortedDictionary<string, double>();
            var rates = new Dictionary<string, List<double>>();
            Contest[] contests = [UBoot(ImageFetching.Get("u-boot", host)), .. Guests.Select(guest => Guest(guest.Name, guest.Title, folder, rates))];
            if (GuestTimes.QemuPath is null)
            {
                host.Error.WriteLine("emu: qemu-system-aarch64 is not installed, so that there are no ratios (Debian: package qemu-system-arm)");
            }

            foreach (Contest contest in contests)
            {
                contest.Hold(rounds, host.Error.WriteLine);
            }

            foreach ((string key, List<double> values) in rates)
            {
                figures[key] = values.Order().ElementAt(values.Count / 2);
            }

            ContestReport.WriteTable(output, contests);
            foreach ((string key, double rate) in figures)
            {
                output.WriteLine($"{key}: {rate.ToString("0", CultureInfo.InvariantCulture)} million instructions per second");
            }

            if (json is not null)
            {
                ContestReport.WriteJson(json, contests, figures);
            }

            return ExitCode.Success;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Contest UBoot(PublicImage image)
    {
        BootProfile profile = BootProfile.Find("u-boot");
        RunSettings settings = profile.Apply(new RunSettings(), image) with { Script = profile.ToPrompt() };
        List<Contestant> contestants =
        [
            new("inProcess", "in this process", () => GuestTimes.InProcess(settings).WallSeconds),
            new("process", "emu boot u-boot", () => GuestTimes.FreshProcess("boot", "u-boot")),
            new("inProcessNoFastForward", "in this process, no fast-forward", () => GuestTimes.InProcess(settings with { FastForward = false }).WallSeconds),
            new("processNoFastForward", "emu boot u-boot --no-fast-forward", () => GuestTimes.FreshProcess("boot", "u-boot", "--no-fast-forward")),
        ];
        if (GuestTimes.QemuPath is not null)
        {
            contestants.Add(new(Contest.ReferenceKey, "qemu-system-aarch64", () => GuestTimes.Qemu([.. QemuMachine, "-bios", image.Path], profile.ToPrompt())));
        }

        return new Contest("uboot", $"U-Boot ({image.Version ?? "unknown version"}) from nothing to its prompt", contestants);
    }

    // A guest that switches itself off when it is done. Rates go by "guest.engine".
    private static Contest Guest(string name, string title, string folder, Dictionary<string, List<double>> rates)
    {
        string elf = Path.Combine(folder, name + ".elf");
        using (Stream source = typeof(BenchCommand).Assembly.GetManifestResourceStream(name + ".elf")!)
        using (FileStream target = File.Create(elf))
        {
            source.CopyTo(target);
        }

        List<Contestant> contestants = [Ours("inProcess", "in this process", "auto"), Ours("interpreter", "in this process, interpreted", "interpreter")];
        if (GuestTimes.QemuPath is not null)
        {
            contestants.Add(new(Contest.ReferenceKey, "qemu-system-aarch64", () => GuestTimes.Qemu([.. QemuMachine, "-kernel", elf], [])));
        }

        return new Contest(name, title, contestants);

        Contestant Ours(string key, string label, string engine) => new(key, label, () =>
        {
            RunOutcome outcome = GuestTimes.InProcess(new RunSettings { Kernel = elf, Engine = engine });
            string rate = $"{name}.{outcome.Statistics.Engine}";
            if (!rates.TryGetValue(rate, out List<double>? values))
            {
                rates[rate] = values = [];
            }

            values.Add(outcome.Statistics.Instructions / outcome.RunSeconds / 1e6);
            return outcome.WallSeconds;
        });
    }
}
