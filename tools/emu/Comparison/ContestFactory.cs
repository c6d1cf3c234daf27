using Emulator.Tool.Running;
using Emulator.Unicorn;

namespace Emulator.Tool.Comparison;

/// <summary>Lets all that can run a guest compete with it.</summary>
/// <param name="asked">The groups that were asked for, or null for all.</param>
/// <param name="tell">Told what is left out, and why.</param>
internal sealed class ContestFactory(string[]? asked, Action<string> tell)
{
    private const string BackEndsGroup = "backends";

    private static readonly string[] QemuDefaults = ["-nodefaults", "-serial", "stdio", "-display", "none"];

    // How the last run of each contestant of this process has ended.
    private readonly Dictionary<string, RunOutcome> _outcomes = [];
    private readonly HashSet<string> _told = [];
    private double? _qemuBytesPerInstruction;

    /// <summary>Who can take part: the engines in this process, a process of this tool, and QEMU.</summary>
    public static IReadOnlyList<string> Groups { get; } = ["auto", "interpreter", "unicorn", "qemu", "process", BackEndsGroup];

    /// <summary>Makes the contest of a guest.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="folder">Where sockets may be put.</param>
    public Contest Create(BenchGuest guest, string folder)
    {
        _outcomes.Clear();
        _qemuBytesPerInstruction = null;
        var contestants = new List<Contestant>();
        if (Has("auto", guest))
        {
            contestants.Add(Ours("inProcess", "in this process", guest.Settings, guest));
            if (guest.Polls)
            {
                contestants.Add(Ours("inProcessNoFastForward", "in this process, no fast-forward", guest.Settings with { FastForward = false }, guest));
            }
        }

        if (Has("interpreter", guest))
        {
            contestants.Add(Ours("interpreter", "in this process, interpreted", guest.Settings with { Engine = "interpreter" }, guest));
        }

        if (Has("unicorn", guest))
        {
            contestants.Add(Ours("unicorn", "in this process, on Unicorn", guest.Settings with { Engine = "unicorn" }, guest));
        }

        if (guest.Settings.Drives is [var disk] && Has(BackEndsGroup, guest))
        {
            contestants.AddRange(BackEnds.Find(disk.File, folder).Select(way => OverBackEnd(way, guest)));
        }

        bool hasQemu = Has("qemu", guest);
        string wholeReference = hasQemu && guest.TellsItsStart ? "qemuProcess" : Contest.ReferenceKey;
        if (Has("process", guest))
        {
            contestants.Add(Process("process", "emu, a fresh process", guest.ToolArguments, wholeReference));
            if (guest.Polls)
            {
                contestants.Add(Process("processNoFastForward", "emu --no-fast-forward, a fresh process", [.. guest.ToolArguments, "--no-fast-forward"], wholeReference));
            }
        }

        if (hasQemu)
        {
            AddQemu(contestants, guest, folder);
        }

        return new Contest(guest.Key, guest.Title, contestants) { Requests = guest.Requests };
    }

    /// <summary>Adds the figures that are no times to a contest that was held.</summary>
    public void AddFigures(Contest contest)
    {
        foreach ((string key, RunOutcome outcome) in _outcomes)
        {
            contest.Figures[$"{key}.mips"] = outcome.Statistics!.Instructions / outcome.RunSeconds / 1e6;
        }

        if (_outcomes.TryGetValue("inProcess", out RunOutcome? ours) && ours.Statistics!.Translation is { Instructions: > 0 } translation)
        {
            contest.Figures["inProcess.translatedInstructions"] = translation.Instructions;
            contest.Figures["inProcess.bytesPerInstruction"] = (double)translation.Bytes / translation.Instructions;
            contest.Figures["inProcess.translationMicrosecondsPerInstruction"] = translation.Seconds * 1e6 / translation.Instructions;
        }

        foreach (Contestant contestant in contest.Contestants.Where(contestant => contest.Requests > 0 && contestant.Reference is Contest.ReferenceKey or "inProcess"))
        {
            contest.Figures[$"{contestant.Key}.requestsPerSecond"] = contest.Requests / contestant.Median;
        }

        if (_qemuBytesPerInstruction is { } bytes)
        {
            contest.Figures["qemu.bytesPerInstruction"] = bytes;
        }
    }

    private bool Has(string group, BenchGuest guest)
    {
        if ((asked is not null && !asked.Contains(group)) || (group == "qemu" && !guest.RunsOnQemu))
        {
            return false;
        }

        string? reason = group switch
        {
            BackEndsGroup when asked is null => $"the ways to a disk of another process take no part; '--with auto,{BackEndsGroup}' compares them",
            "interpreter" or "unicorn" when guest.IsLong && asked is null => $"{guest.Key} takes minutes on {group}; '--with {group}' runs it",
            "unicorn" when !UnicornEngineFactory.IsAvailable => "libunicorn 2.0.1 is not installed (Debian: package libunicorn2)",
            "qemu" when GuestTimes.QemuPath is null => "qemu-system-aarch64 is not installed, so that there are no ratios (Debian: package qemu-system-arm)",
            _ => null,
        };
        if (reason is not null && _told.Add(reason))
        {
            tell($"emu: {reason}");
        }

        return reason is null;
    }

    private Contestant Ours(string key, string title, RunSettings settings, BenchGuest guest) => new(key, title, () => RunHere(key, settings, guest))
    {
        WriteStatistics = file => GuestTimes.InProcess(settings with { Statistics = file }),
    };

    private Contestant OverBackEnd(BackEnds.Way way, BenchGuest guest) => new(way.Key, way.Title, () =>
    {
        double seconds = 0;
        way.Use(guest.Settings, settings => seconds = RunHere(way.Key, settings, guest));
        return seconds;
    })
    {
        Reference = "inProcess",
        WriteStatistics = file => way.Use(guest.Settings, settings => GuestTimes.InProcess(settings with { Statistics = file })),
    };

    private double RunHere(string key, RunSettings settings, BenchGuest guest)
    {
        RunOutcome outcome = GuestTimes.InProcess(settings with { NeedsStatistics = true });
        _outcomes[key] = outcome;
        return guest.TellsItsStart ? outcome.WorkSeconds!.Value : outcome.WallSeconds;
    }

    private static Contestant Process(string key, string title, IEnumerable<string> arguments, string reference) =>
        new(key, title, () => GuestTimes.FreshProcess(arguments)) { Reference = reference };

    // Its last run is asked what its translator has made; the answer is no part of the time.
    private void AddQemu(List<Contestant> contestants, BenchGuest guest, string folder)
    {
        string socket = Path.Combine(folder, "monitor");
        string[] machine = [.. guest.QemuMachine, .. QemuDefaults];
        string[] arguments = [.. machine, "-no-shutdown", "-monitor", $"unix:{socket},server=on,wait=off", .. guest.QemuArguments];
        double whole = 0;
        contestants.Add(new(Contest.ReferenceKey, "qemu-system-aarch64", () =>
        {
            QemuRun run = GuestTimes.Qemu(arguments, guest.Settings.Script, () => _qemuBytesPerInstruction = QemuMonitor.BytesPerInstruction(socket));
            whole = run.WholeSeconds;
            return guest.TellsItsStart ? run.WorkSeconds : run.WholeSeconds;
        }));
        if (guest.QemuVariant is { } variant && CanRun(variant.Title, [.. machine, .. variant.Arguments], guest))
        {
            contestants.Add(new(variant.Key, variant.Title, () => GuestTimes.Qemu([.. machine, .. variant.Arguments], guest.Settings.Script, () => { }).WorkSeconds));
        }

        if (guest.TellsItsStart)
        {
            contestants.Add(new("qemuProcess", "qemu-system-aarch64, a fresh process", () => whole) { Reference = "qemuProcess" });
        }
    }

    private bool CanRun(string title, IEnumerable<string> arguments, BenchGuest guest)
    {
        try
        {
            _ = GuestTimes.Qemu(arguments, guest.Settings.Script, () => { });
            return true;
        }
        catch (EmulatorException e)
        {
            tell($"emu: {title} is left out: {e.Message}");
            return false;
        }
    }
}
