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

    /// <summary>Creates the command.</summary>
    public static Command Create(IToolHost host)
    {
        var command = new Command("bench", "Compares this machine with QEMU: U-Boot to its prompt, and an integer loop; medians of runs taken by turns.");
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
        string loop = Path.Combine(Directory.CreateTempSubdirectory("emulator-bench-").FullName, "loop.elf");
        try
        {
            WriteLoop(loop);
            var instructions = new List<double>();
            Contest[] contests = [UBoot(ImageFetching.Get("u-boot", host)), Loop(loop, instructions)];
            if (GuestTimes.QemuPath is null)
            {
                host.Error.WriteLine("emu: qemu-system-aarch64 is not installed, so that there are no ratios (Debian: package qemu-system-arm)");
            }

            foreach (Contest contest in contests)
            {
                contest.Hold(rounds, host.Error.WriteLine);
            }

            var figures = new SortedDictionary<string, double> { ["interpreterMips"] = instructions.Order().ElementAt(instructions.Count / 2) };
            ContestReport.WriteTable(output, contests);
            output.WriteLine($"integer loop: {figures["interpreterMips"].ToString("0", CultureInfo.InvariantCulture)} million instructions per second");
            if (json is not null)
            {
                ContestReport.WriteJson(json, contests, figures);
            }

            return ExitCode.Success;
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(loop)!, recursive: true);
        }
    }

    private static Contest UBoot(PublicImage image)
    {
        BootProfile profile = BootProfile.Find("u-boot");
        RunSettings settings = profile.Apply(new RunSettings(), image) with { Script = profile.ToPrompt };
        List<Contestant> contestants =
        [
            new("inProcess", "in this process", () => GuestTimes.InProcess(settings).WallSeconds),
            new("process", "emu boot u-boot", () => GuestTimes.FreshProcess("boot", "u-boot")),
            new("inProcessNoFastForward", "in this process, no fast-forward", () => GuestTimes.InProcess(settings with { FastForward = false }).WallSeconds),
            new("processNoFastForward", "emu boot u-boot --no-fast-forward", () => GuestTimes.FreshProcess("boot", "u-boot", "--no-fast-forward")),
        ];
        if (GuestTimes.QemuPath is not null)
        {
            contestants.Add(new(Contest.ReferenceKey, "qemu-system-aarch64", () => GuestTimes.Qemu([.. QemuMachine, "-bios", image.Path], profile.ToPrompt)));
        }

        return new Contest("uboot", $"U-Boot ({image.Version ?? "unknown version"}) from nothing to its prompt", contestants);
    }

    private static Contest Loop(string elf, List<double> mips)
    {
        var settings = new RunSettings { Kernel = elf };
        List<Contestant> contestants =
        [
            new("inProcess", "in this process", () =>
            {
                RunOutcome outcome = GuestTimes.InProcess(settings);
                mips.Add(outcome.Statistics.Instructions / outcome.RunSeconds / 1e6);
                return outcome.WallSeconds;
            }),
        ];
        if (GuestTimes.QemuPath is not null)
        {
            contestants.Add(new(Contest.ReferenceKey, "qemu-system-aarch64", () => GuestTimes.Qemu([.. QemuMachine, "-kernel", elf], [])));
        }

        return new Contest("integerLoop", "integer loop, 400 million instructions", contestants);
    }

    private static void WriteLoop(string path)
    {
        using Stream source = typeof(BenchCommand).Assembly.GetManifestResourceStream("loop.elf")!;
        using FileStream target = File.Create(path);
        source.CopyTo(target);
    }
}
