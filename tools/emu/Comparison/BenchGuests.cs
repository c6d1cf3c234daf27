using Emulator.Testing;
using Emulator.Testing.Images;
using Emulator.Tool.CommandLine;
using Emulator.Tool.Running;

namespace Emulator.Tool.Comparison;

/// <summary>The guests of the comparison.</summary>
internal static class BenchGuests
{
    // Our own guests, and what they do.
    private static readonly (string Name, string Title)[] Own =
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

    /// <summary>What can be asked for by name, in the order of a report.</summary>
    public static IReadOnlyList<string> Names { get; } = ["uboot", "selftest", "linux", .. Own.Select(guest => guest.Name)];

    /// <summary>Makes a guest ready.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="folder">Where its files may be put.</param>
    /// <param name="host">The process.</param>
    public static BenchGuest Find(string name, string folder, IToolHost host) => name switch
    {
        "uboot" => UBoot(name, "from nothing to its prompt", [], host),
        "selftest" => UBoot(name, "to the end of 'bootefi selftest'", [ScriptStep.Send("bootefi selftest\r"), Expect("Summary: [0-9]+ failures")], host),
        "linux" => Linux(host),
        _ => Elf(name, Own.First(guest => guest.Name == name).Title, Unpack(name, folder), "^running", "^right") with { TellsItsStart = true },
    };

    /// <summary>A guest of the user's.</summary>
    /// <param name="file">An ELF.</param>
    /// <param name="until">What it prints when it is done.</param>
    /// <param name="machine">What runs it.</param>
    public static BenchGuest FromFile(string file, string until, RunSettings machine)
    {
        BenchGuest guest = Elf(Path.GetFileNameWithoutExtension(file), file, file, until);
        var options = new List<string>();
        void Add(string option, object? value) => options.AddRange(value is null ? [] : [option, $"{value}"]);
        Add("--cpu", machine.Cpu);
        Add("--cpus", machine.Cpus);
        Add("--el", machine.ExceptionLevel);
        return guest with
        {
            Settings = machine with { Kernel = guest.Settings.Kernel, Script = guest.Settings.Script },
            ToolArguments = [.. guest.ToolArguments, .. options],
        };
    }

    private static BenchGuest Elf(string name, string title, string file, params string[] script) => new(name, title)
    {
        Settings = new RunSettings { Kernel = file, Script = [.. script.Select(Expect)] },
        QemuArguments = ["-m", "256", "-kernel", file],
        ToolArguments = ["run", "--kernel", file, "--expect", script[^1]],
    };

    private static BenchGuest UBoot(string name, string title, IReadOnlyList<ScriptStep> rest, IToolHost host)
    {
        BootProfile profile = BootProfile.Find("u-boot");
        PublicImage image = ImageFetching.Get(profile.Image, host);
        IReadOnlyList<ScriptStep> script = [.. profile.ToPrompt(), .. rest];
        return new(name, $"U-Boot ({image.Version ?? "unknown version"}) {title}")
        {
            Settings = profile.Apply(new RunSettings(), image) with { Script = script },
            QemuArguments = ["-m", "256", "-bios", image.Path],
            ToolArguments = rest.Count == 0
                ? ["boot", profile.Image]
                : ["boot", profile.Image, .. script.SelectMany<ScriptStep, string>(step => step.Expected is { } text ? ["--expect", text.ToString()] : ["--send", step.Sent])],
            Polls = true,
        };
    }

    private static BenchGuest Linux(IToolHost host)
    {
        BootProfile profile = BootProfile.Find("linux");
        PublicImage image = ImageFetching.Get(profile.Image, host);
        RunSettings settings = profile.Apply(new RunSettings(), image) with { Script = profile.ToPrompt() };
        return new("linux", $"Linux (Debian installer {image.Version ?? "of unknown version"}) from nothing to a shell")
        {
            Settings = settings,
            QemuArguments = ["-m", $"{settings.Memory >> 20}", "-kernel", settings.Kernel!, "-initrd", settings.Initrd!, "-append", settings.CommandLine!],
            ToolArguments = ["boot", profile.Image],
            IsLong = true,
        };
    }

    private static string Unpack(string name, string folder)
    {
        string elf = Path.Combine(folder, name + ".elf");
        using Stream source = typeof(BenchGuests).Assembly.GetManifestResourceStream(name + ".elf")!;
        using FileStream target = File.Create(elf);
        source.CopyTo(target);
        return elf;
    }

    private static ScriptStep Expect(string pattern) => ScriptStep.Expect(ConsoleMatcher.CreatePattern(pattern));
}
