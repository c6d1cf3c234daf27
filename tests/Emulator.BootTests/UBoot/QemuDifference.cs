using System.Text.RegularExpressions;

namespace Emulator.BootTests.UBoot;

/// <summary>A text that may differ between this machine and QEMU, and why.</summary>
/// <param name="Pattern">The text.</param>
/// <param name="Replacement">What stands for it in both outputs.</param>
/// <param name="Reason">Why it differs.</param>
internal sealed record QemuDifference(string Pattern, string Replacement, string Reason)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<QemuDifference> All { get; } =
    [
        new(
            @"(rng|kaslr)-seed = <[^>]*>",
            "$1-seed = <...>",
            "QEMU takes the seeds from the host; here they come from the machine's seed"),
        new(
            @"Time: +\d+:\d\d:\d\d|(?<=real time clock: )[-0-9]+ [0-9:]+",
            "(time)",
            "QEMU's clock goes on while the host is busy, so the second at which a command runs is not the same twice"),
        new(
            @"(?<=\x08\x08\x08 0) (?=\r\n)",
            "",
            "U-Boot prints a blank more when the key comes after its first look for one, which on QEMU is a race"),
        new(
            @"Falling back to U-Boot generated SMBIOS tables\r\n",
            "",
            "QEMU has SMBIOS tables in fw_cfg; this board does not, and U-Boot 2025.01 says so"),
    ];

    /// <summary>Makes the texts that may differ the same.</summary>
    public static string Normalise(string output) => All.Aggregate(output, (text, difference) => difference.Apply(text));

    /// <summary>Whether the text is there.</summary>
    public bool IsIn(string output) => Regex.IsMatch(output, Pattern);

    private string Apply(string output) => Regex.Replace(output, Pattern, Replacement);
}
