using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Emulator.Testing;

namespace Emulator.InteropTests.Boards;

/// <summary>Asks QEMU's <c>virt</c> about itself.</summary>
internal static partial class QemuVirt
{
    private const string Program = "qemu-system-aarch64";
    private const string Version = "7.2";
    private const string Hint = "install the package qemu-system-arm";

    /// <summary>The device tree that QEMU hands over, for options that follow <c>-M virt</c> (as <c>,gic-version=3</c>) and other arguments.</summary>
    public static byte[] DumpDeviceTree(string folder, string machineOptions, params string[] arguments)
    {
        string path = Path.Combine(folder, "qemu.dtb");
        Run(["-M", $"virt,dumpdtb={path}{machineOptions}", "-nodefaults", "-display", "none", "-serial", "null", .. arguments]);
        return File.ReadAllBytes(path);
    }

    /// <summary>Where in memory QEMU puts images and the device tree, but for its own few instructions.</summary>
    public static ulong[] ListLoadedAddresses(params string[] arguments)
    {
        string roms = Run(["-M", "virt,gic-version=3", "-cpu", "cortex-a57", "-nodefaults", "-display", "none", "-S", "-monitor", "stdio", .. arguments], "info roms\nquit\n");
        return
        [
            .. LoadedRom().Matches(roms)
                .Where(match => match.Groups["name"].Value != "bootloader")
                .Select(match => ulong.Parse(match.Groups["address"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>Ends the test when QEMU is not there, or not the version that the board follows.</summary>
    public static void Require()
    {
        Peer.RequireProgram(Program, Hint);
        string found = Run(["--version"]);
        if (!found.Contains($"version {Version}", StringComparison.Ordinal))
        {
            Peer.Missing($"{Program} {Version} (found: {found.Split('\n')[0]}); {Hint}");
        }
    }

    [GeneratedRegex("addr=(?<address>[0-9a-f]+) size=0x[0-9a-f]+ mem=ram name=\"(?<name>[^\"]*)\"")]
    private static partial Regex LoadedRom();

    private static string Run(string[] arguments, string input = "")
    {
        ProcessStartInfo start = new(Program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors.Result);
        return output;
    }
}
