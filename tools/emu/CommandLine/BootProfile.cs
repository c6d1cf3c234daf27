using Emulator.Testing;
using Emulator.Testing.Images;
using Emulator.Tool.Running;

namespace Emulator.Tool.CommandLine;

/// <summary>How a public image wants to be run, and how it shows that it is up.</summary>
/// <param name="Image">The image's name in the store.</param>
/// <param name="Apply">Adds the image's files and sensible options.</param>
/// <param name="ToPrompt">The script that takes it to its prompt when nobody is there to type.</param>
internal sealed record BootProfile(string Image, Func<RunSettings, PublicImage, RunSettings> Apply, Func<IReadOnlyList<ScriptStep>> ToPrompt)
{
    /// <summary>All images that can be booted by name.</summary>
    public static IReadOnlyList<BootProfile> All { get; } =
    [
        UBoot("u-boot"),
        UBoot("u-boot-2025.01"),
        new("linux",
            (settings, image) => settings with
            {
                Kernel = image["kernel"],
                Initrd = image["initrd"],
                Memory = 1UL << 30,
                CommandLine = "console=ttyAMA0 rdinit=/bin/sh",
            },
            () => [Expect(@"^(~|/) # ")]),
        Uefi("uefi"),
        Uefi("uefi-2025.02"),
    ];

    /// <summary>The profile of a name.</summary>
    /// <exception cref="UnknownImageException">There is none.</exception>
    public static BootProfile Find(string name) =>
        All.FirstOrDefault(profile => profile.Image == name) ?? throw new UnknownImageException(name, All.Select(profile => profile.Image));

    private static BootProfile UBoot(string image) => new(
        image,
        (settings, files) => settings with { Firmware = files.Path },
        () => [Expect("Hit any key to stop autoboot"), ScriptStep.Send(" "), Expect("^=> ")]);

    // EDK2 starts its shell by itself, as there is nothing else to start. It keeps its variables in flash bank 1, which --flash1 makes last.
    private static BootProfile Uefi(string image) => new(
        image,
        (settings, files) => settings with { Firmware = files.Path, Memory = 512UL << 20 },
        () => [Expect("Shell> ")]);

    private static ScriptStep Expect(string pattern) => ScriptStep.Expect(ConsoleMatcher.CreatePattern(pattern));
}
