using Emulator.Testing;
using Emulator.Testing.Images;

namespace Emulator.BootTests.Linux;

/// <summary>Initial RAM disks with a static busybox.</summary>
internal static class BusyboxDisk
{
    private static readonly Lazy<string> s_shell = new(() => Write("busybox", Start("sh", "cat", "dmesg", "mount", "poweroff", "sleep", "uname")));

    private static readonly Lazy<string> s_stress = new(() => Write(
        "stress",
        Start("sh", "[", "cat", "cmp", "dmesg", "gunzip", "gzip", "head", "md5sum", "mkdir", "mount", "poweroff", "rm", "sort", "tar", "wc")
            .AddDirectory("tmp")
            .AddProgram("bin/stress", ReadGuest("stress.elf"))
            .AddProgram("bin/round", ReadGuest("round.sh"))));

    /// <summary>Path of a disk with a shell and few commands; the running test is left out when busybox cannot be had.</summary>
    public static string Path => PathOf(s_shell);

    /// <summary>Path of a disk that keeps a kernel busy: <c>round N</c>, see guest-images/stress.</summary>
    public static string Stress => PathOf(s_stress);

    private static string PathOf(Lazy<string> disk)
    {
        // Asked here, so that it is this test that is left out and not the first one alone.
        _ = new GuestImage("busybox").Path;
        return disk.Value;
    }

    private static CpioArchive Start(params IEnumerable<string> applets)
    {
        CpioArchive archive = new CpioArchive().AddDirectory("bin").AddDirectory("dev").AddDirectory("proc").AddDirectory("sys")
            .AddCharacterDevice("dev/console", 5, 1).AddProgram("bin/busybox", File.ReadAllBytes(new GuestImage("busybox").Path));
        foreach (string applet in applets)
        {
            _ = archive.AddLink("bin/" + applet, "busybox");
        }

        return archive;
    }

    private static byte[] ReadGuest(string name) => File.ReadAllBytes(System.IO.Path.Combine(AppContext.BaseDirectory, name));

    private static string Write(string name, CpioArchive archive)
    {
        string path = System.IO.Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{name}-{Environment.ProcessId}.cpio");
        File.WriteAllBytes(path, archive.ToArray());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(path);
        return path;
    }
}
