using System.CommandLine;
using Emulator.Tool.CommandLine;
using Emulator.Tool.Running;
using Emulator.VirtioProxy.VhostUser;
using Emulator.Virtio;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Devices.Share;
using Emulator.Virtio.Transports;

namespace Emulator.Tool.Tests.CommandLine;

public sealed class MachineOptionsTests
{
    [Test]
    public void The_script_keeps_the_order_of_both_options()
    {
        RunSettings settings = Read("--expect", "a+", "--send", @"1\n", "--send", "-2", "--cpus", "2", "--expect=b", "--send=@file");

        Assert.That(
            settings.Script.Select(step => step.Expected?.ToString() ?? "send " + step.Sent),
            Is.EqualTo(new[] { "a+", "send 1\n", "send -2", "b", "send @file" }));
    }

    [Test]
    public void What_is_not_given_keeps_the_defaults_of_the_image()
    {
        var defaults = new RunSettings { Firmware = "u-boot.bin", Memory = 1UL << 30 };

        RunSettings settings = Read(defaults, "--memory", "64M");

        Assert.That((settings.Firmware, settings.Memory), Is.EqualTo(("u-boot.bin", 64UL << 20)));
    }

    [Test]
    public void Devices_from_outside_are_read_in_their_order()
    {
        RunSettings settings = Read("--vhost-user", "blk:/tmp/a,,b,via=pci,memory=direct,queues=2,patience=2.5", "--vhost-user", "fs:f,tag=home", "--vhost-user", "vsock:v,cid=7", "--net", "vhost-user:n,via=pci");

        Assert.That(settings.VhostUser, Is.EqualTo(new[]
        {
            new VhostUserSettings(VhostUserDevice.Block, "/tmp/a,b", new() { Transport = VirtioTransport.Pci, IsDirect = true, Queues = 2, Patience = TimeSpan.FromSeconds(2.5) }),
            new VhostUserSettings(VhostUserDevice.FileSystem, "f", new() { Tag = "home" }),
            new VhostUserSettings(VhostUserDevice.Socket, "v", new() { ContextId = 7 }),
        }));
        Assert.That(settings.Network!.Served, Is.EqualTo(new VhostUserSettings(VhostUserDevice.Net, "n", new() { Transport = VirtioTransport.Pci })));
    }

    [Test]
    public void Drives_are_read_in_their_order()
    {
        RunSettings settings = Read("--drive", "a,,b.img,readonly,format=raw,via=mmio,id=root", "--drive", "c.img,snapshot,queues=4");

        Assert.That(settings.Drives, Is.EqualTo(new[]
        {
            new DriveSettings("a,b.img", new VirtioBlockOptions { IsReadOnly = true, Id = "root" }),
            new DriveSettings("c.img", new VirtioBlockOptions { IsSnapshot = true, Queues = 4 }),
        }));
    }

    [Test]
    public void Devices_are_read_in_their_order()
    {
        RunSettings settings = Read("--device", "virtio-rtc", "--device", "pci-testdev", "--device", "virtio-balloon");

        Assert.That(settings.VirtioDevices, Is.EqualTo(new[] { "virtio-rtc", "virtio-balloon" }));
        Assert.That(settings.HasPciTestDevice, Is.True);
    }

    [Test]
    public void Shares_are_read_in_their_order()
    {
        RunSettings settings = Read("--share", "a,,b,readonly,via=pci", "--share", "c,tag=other");

        Assert.That(settings.Shares, Is.EqualTo(new[]
        {
            new ShareSettings("a,b", new VirtioShareOptions { IsReadOnly = true, Transport = VirtioTransport.Pci }),
            new ShareSettings("c", new VirtioShareOptions { Tag = "other" }),
        }));
    }

    [Test]
    public void Every_option_of_a_run_is_read()
    {
        RunSettings settings = Read(
            "--board", "virt", "--cpu", "cortex-a72", "--cpus", "4", "--gic", "2", "--memory", "1G", "--el", "2", "--firmware", "f", "--flash1", "g",
            "--kernel", "k", "--initrd", "i", "--append", "--debug", "--dtb", "d", "--dump-dtb", "o", "--net", "none", "--virtio-msi", "none", "--entropy", "--device", "pci-testdev", "--virtio", "legacy,packed,inorder,notification-data,latency=1500",
            "--engine", "interpreter", "--lockstep", "interpreter", "--time", "host", "--instruction-time", "16", "--seed", "0x10", "--rtc", "2025-02-03", "--repeat", "3", "--no-reboot", "--timeout", "1.5",
            "--max-virtual", "2", "--max-instructions", "1000", "--no-fast-forward", "--stats", "-", "--trace", "t,1.json,virtual", "--log", "debug");

        Assert.That(settings with { Script = [] }, Is.EqualTo(new RunSettings
        {
            Cpu = "cortex-a72",
            Cpus = 4,
            GicVersion = 2,
            Memory = 1UL << 30,
            ExceptionLevel = 2,
            Firmware = "f",
            Flash1 = "g",
            Kernel = "k",
            Initrd = "i",
            CommandLine = "--debug",
            DeviceTree = "d",
            DumpDeviceTree = "o",
            HasEntropy = true,
            HasPciTestDevice = true,
            Virtio = new VirtioOptions { MmioVersion = VirtioMmioVersion.Legacy, PackedRings = true, InOrder = true, NotificationData = true, Latency = TimeSpan.FromTicks(15) },
            Engine = "interpreter",
            Lockstep = "interpreter",
            HostTime = true,
            InstructionTime = 16,
            Seed = 16,
            Rtc = new DateTimeOffset(2025, 2, 3, 0, 0, 0, TimeSpan.Zero),
            Repeat = 3,
            NoReboot = true,
            Timeout = TimeSpan.FromSeconds(1.5),
            MaxVirtual = TimeSpan.FromSeconds(2),
            MaxInstructions = 1000,
            FastForward = false,
            Statistics = "-",
            Trace = new TraceSettings("t,1.json", HasHostTime: false),
            LogLevel = "debug",
            Script = [],
        }));
    }

    private static RunSettings Read(params string[] arguments) => Read(new RunSettings(), arguments);

    private static RunSettings Read(RunSettings defaults, params string[] arguments)
    {
        var command = new Command("run");
        var options = new MachineOptions();
        options.AddTo(command);
        ParseResult parsed = command.Parse(arguments, EmuCommandLine.Parsing);
        Assert.That(parsed.Errors, Is.Empty);
        return options.Read(parsed, defaults);
    }
}
