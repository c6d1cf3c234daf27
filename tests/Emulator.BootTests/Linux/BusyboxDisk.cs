using Emulator.Testing;

namespace Emulator.BootTests.Linux;

/// <summary>An initial RAM disk with a static busybox and nothing else.</summary>
internal static class BusyboxDisk
{
    private static readonly Lazy<string> s_path = new(Write);

    /// <summary>Path of the file; the running test is left out when busybox cannot be had.</summary>
    public static string Path
    {
        get
        {
            // Asked here, so that it is this test that is left out and not the first one alone.
            _ = new GuestImage("busybox").Path;
            return s_path.Value;
        }
    }

    private static string Write()
    {
        CpioArchive archive = new CpioArchive().AddDirectory("bin").AddDirectory("dev").AddDirectory("proc").AddDirectory("sys")
            .AddCharacterDevice("dev/console", 5, 1).AddProgram("bin/busybox", File.ReadAllBytes(new GuestImage("busybox").Path));
        foreach (string applet in new[] { "sh", "cat", "dmesg", "mount", "poweroff", "sleep", "uname" })
        {
            _ = archive.AddLink("bin/" + applet, "busybox");
        }

        string path = System.IO.Path.Combine(TestContext.CurrentContext.WorkDirectory, $"busybox-{Environment.ProcessId}.cpio");
        File.WriteAllBytes(path, archive.ToArray());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(path);
        return path;
    }
}
