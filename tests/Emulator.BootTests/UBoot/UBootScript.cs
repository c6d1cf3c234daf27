namespace Emulator.BootTests.UBoot;

/// <summary>The script that every image is taken through, here and on QEMU.</summary>
internal static class UBootScript
{
    /// <summary>Runs U-Boot's own tests of its UEFI implementation; it ends with a question for a key, and a reset.</summary>
    public const string SelfTest = "bootefi selftest";

    /// <summary>Answers the self-test's question for a key.</summary>
    public const string AfterSelfTest = "reset after the self-test";

    private static readonly string[] s_commands =
    [
        "version",
        "bdinfo",
        "dm tree",
        "dm uclass",
        "help",
        "printenv",
        "setenv greeting hello world",
        "env print greeting",
        "md 0 20",
        "mw 42000000 12345678 100",
        "md.b 420003f0 20",
        "mw.b 42000001 ff 2",
        "md.l 42000000 2",
        "md.w 42000000 4",
        "md.q 42000000 1",
        "cmp 42000000 42000010 1",
        "crc32 42000000 400",
        "crc32 0 80000",
        "cp 0 43000000 20000",
        "crc32 43000000 80000",
        "mtest 42000000 42010000 0 1",
        "fdt addr $fdtcontroladdr",
        "fdt print",
        "fdt print /intc@8000000 compatible",
        "fdt list /psci",
        "flinfo",
        "virtio info",
        "pci",
        "date",
        "sleep 2",
        "echo $? done",
        "nosuchcommand",
        "mw 41000000 d4000001; md 41000000 1",
    ];

    /// <summary>The steps, in their order.</summary>
    public static IReadOnlyList<UBootStep> Steps { get; } =
    [
        UBootStep.Start,
        UBootStep.StopCountdown,
        .. s_commands.Select(UBootStep.Command),
        new UBootStep(SelfTest, SelfTest + "\r", @"Press any key\.\.\.\r\n"),
        UBootStep.Reset(AfterSelfTest, " "),
        UBootStep.StopCountdown with { Name = "stop the second countdown" },
        UBootStep.Reset("reset", "reset\r"),
        UBootStep.StopCountdown with { Name = "stop the third countdown" },
        new UBootStep("poweroff", "poweroff\r", null),
    ];
}
