using System.Globalization;
using System.Runtime.InteropServices;
using Emulator.Boards;
using Emulator.Testing;
using Emulator.Testing.Images;
using Emulator.Tool.CommandLine;
using Emulator.Tool.Running;
using Emulator.Virtio.Devices.Block;

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

    // Our own guests that need a disk, what they do, and how many requests that are.
    private static readonly (string Name, string Title, int Requests)[] OnDisk =
    [
        ("blk1", "40,000 random reads and writes of 4 KiB, one after the other", 40_000),
        ("blk32", "100,000 random reads and writes of 4 KiB, 32 at a time", 100_000),
    ];

    // A program of ours on Linux, which does as they do, and how many it has in flight.
    private static readonly (string Name, string Title, int Depth, int Requests)[] OnLinux =
    [
        ("fio1", "Linux, 20,000 random reads and writes of 4 KiB past its cache, one after the other", 1, 20_000),
        ("fio32", "Linux, 50,000 random reads and writes of 4 KiB past its cache, 32 at a time", 32, 50_000),
    ];

    // Requests to the entropy device, each awaited by its interrupt, and how that comes. QEMU has the wire only, and takes half a millisecond for a random number.
    private const int Interrupts = 100_000;

    private static readonly (string Name, string Title, VirtioMsi Messages, string Option)[] ByInterrupt =
    [
        ("wire", "100,000 requests awaited by a wired interrupt", VirtioMsi.None, "none"),
        ("messages", "100,000 requests awaited by a message, in the layout v2", VirtioMsi.Version2, "v2"),
        ("dragonball", "100,000 requests awaited by a message, in Dragonball's layout", VirtioMsi.Dragonball, "dragonball"),
    ];

    /// <summary>What can be asked for by name, in the order of a report.</summary>
    public static IReadOnlyList<string> Names { get; } = ["uboot", "selftest", "linux", .. Own.Select(guest => guest.Name), .. OnDisk.Select(guest => guest.Name), .. OnLinux.Select(guest => guest.Name), .. ByInterrupt.Select(guest => guest.Name)];

    /// <summary>Makes a guest ready.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="folder">Where its files may be put.</param>
    /// <param name="host">The process.</param>
    public static BenchGuest Find(string name, string folder, IToolHost host) => name switch
    {
        "uboot" => UBoot(name, "from nothing to its prompt", [], host),
        "selftest" => UBoot(name, "to the end of 'bootefi selftest'", [ScriptStep.Send("bootefi selftest\r"), Expect("Summary: [0-9]+ failures")], host),
        "linux" => Linux(host),
        _ when OnDisk.FirstOrDefault(guest => guest.Name == name) is { Name: not null } guest => WithDisk(Measured(name, guest.Title, folder), Path.Combine(folder, "disk.img")) with { Requests = guest.Requests },
        _ when OnLinux.FirstOrDefault(guest => guest.Name == name) is { Name: not null } guest => WithDisk(LinuxOnDisk(guest.Name, guest.Title, guest.Depth, folder, host), Path.Combine(folder, "disk.img")) with { Requests = guest.Requests },
        _ when ByInterrupt.FirstOrDefault(guest => guest.Name == name) is { Name: not null } guest => WithInterrupts(guest.Name, guest.Title, guest.Messages, guest.Option, folder),
        _ => Measured(name, Own.First(guest => guest.Name == name).Title, folder),
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

    private static BenchGuest Measured(string name, string title, string folder, string? file = null) =>
        Elf(name, title, Unpack(file ?? name, folder), "^running", "^right") with { TellsItsStart = true };

    private static BenchGuest WithInterrupts(string name, string title, VirtioMsi messages, string option, string folder)
    {
        BenchGuest guest = Measured(name, title, folder, "interrupts");
        return guest with
        {
            Settings = guest.Settings with { HasEntropy = true, VirtioMsi = messages },
            ToolArguments = [.. guest.ToolArguments, "--entropy", "--virtio-msi", option],
            RunsOnQemu = false,
            Requests = Interrupts,
        };
    }

    // The disk is in a raw file, which all use by turns. QEMU hands requests to threads by default; io_uring is its fastest way on Linux.
    private static BenchGuest WithDisk(BenchGuest guest, string image)
    {
        MakeDisk(image);
        string drive = $"if=none,id=disk,format=raw,file={image}";
        string[] Qemu(string drive) => [.. guest.QemuArguments, "-global", "virtio-mmio.force-legacy=false", "-drive", drive, "-device", "virtio-blk-device,drive=disk"];
        return guest with
        {
            Settings = guest.Settings with { Drives = [new DriveSettings(image, new VirtioBlockOptions())] },
            QemuArguments = Qemu(drive),
            QemuVariant = ("qemuIoUring", "qemu-system-aarch64, aio=io_uring", Qemu($"{drive},aio=io_uring")),
            ToolArguments = [.. guest.ToolArguments, "--drive", image],
        };
    }

    // As the guests expect it (guest-images/bench/blk.h): each block holds its number.
    private static void MakeDisk(string image)
    {
        const int Blocks = 16384;
        using FileStream file = File.Create(image);
        ulong[] block = new ulong[512];
        for (uint number = 0; number < Blocks; number++)
        {
            Array.Fill(block, number);
            file.Write(MemoryMarshal.AsBytes<ulong>(block));
        }
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

    // The program is all that is in the initial RAM disk, with the modules that it loads (guest-images/linux/fio.c).
    private static BenchGuest LinuxOnDisk(string name, string title, int depth, string folder, IToolHost host)
    {
        const ulong Memory = 512 << 20;
        string kernel = ImageFetching.Get("linux-current", host)["kernel"];
        PublicImage modules = ImageFetching.Get("linux-current-modules", host);
        string initrd = Path.Combine(folder, "fio.cpio");
        CpioArchive archive = new CpioArchive().AddDirectory("dev").AddCharacterDevice("dev/console", 5, 1).AddProgram("init", File.ReadAllBytes(Unpack("fio", folder)));
        foreach (string module in new[] { "virtio_mmio", "virtio_blk" })
        {
            _ = archive.AddProgram(module, File.ReadAllBytes(modules[module]));
        }

        File.WriteAllBytes(initrd, archive.ToArray());
        string commandLine = string.Create(CultureInfo.InvariantCulture, $"console=ttyAMA0 quiet -- {depth}");
        const string Start = "^running";
        const string End = "^right";
        return new(name, title)
        {
            Settings = new RunSettings { Kernel = kernel, Initrd = initrd, CommandLine = commandLine, Memory = Memory, Script = [Expect(Start), Expect(End)] },
            QemuArguments = ["-m", "512", "-kernel", kernel, "-initrd", initrd, "-append", commandLine],
            ToolArguments = ["run", "--kernel", kernel, "--initrd", initrd, "--append", commandLine, "--memory", "512M", "--expect", End],
            TellsItsStart = true,
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
