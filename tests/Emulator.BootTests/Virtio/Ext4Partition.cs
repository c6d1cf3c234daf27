using System.Diagnostics;
using Emulator.Testing;

namespace Emulator.BootTests.Virtio;

/// <summary>The second partition of <see cref="TestDisk"/>, as the host's tools see it.</summary>
internal static class Ext4Partition
{
    private const int Start = 18432 * 512;

    /// <summary>The file system is sound as it is.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="folder">Where files can be made.</param>
    public static void AssertClean(byte[] disk, string folder) => Check(Write(disk, folder), "-fn", mayCorrect: false);

    /// <summary>Reads files as they are when a machine starts that has lost its power: after the file system's own recovery, which has to make it sound.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="folder">Where files can be made.</param>
    /// <param name="names">The files.</param>
    public static IReadOnlyList<byte[]> Recover(byte[] disk, string folder, IReadOnlyList<string> names)
    {
        string part = Write(disk, folder);
        Check(part, "-fp", mayCorrect: true);
        Check(part, "-fn", mayCorrect: false);
        string commands = Path.Combine(folder, "commands");
        File.WriteAllLines(commands, names.Select(name => $"dump /{name} {Path.Combine(folder, name)}"));
        (int _, string output) = Run("debugfs", "-f", commands, part);
        return [.. names.Select(name => File.Exists(Path.Combine(folder, name)) ? File.ReadAllBytes(Path.Combine(folder, name)) : throw new AssertionException($"{name} is not there: {output}"))];
    }

    private static string Write(byte[] disk, string folder)
    {
        string part = Path.Combine(folder, "part.img");
        File.WriteAllBytes(part, disk[Start..]);
        return part;
    }

    private static void Check(string part, string option, bool mayCorrect)
    {
        (int code, string output) = Run("e2fsck", option, part);
        Assert.That(code, mayCorrect ? Is.LessThanOrEqualTo(1) : Is.Zero, output);
    }

    private static (int Code, string Output) Run(string name, params string[] arguments)
    {
        string program = Peer.RequireProgram(name, "install the package e2fsprogs");
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
