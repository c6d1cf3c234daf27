using Emulator.Testing;
using Emulator.Testing.Images;

namespace Emulator.BootTests.Virtio;

/// <summary>An initial RAM disk with busybox, and the modules that a current kernel needs for virtio disks with ext4, for a network, for sockets, and for folders.</summary>
internal static class ModulesDisk
{
    private static readonly string[] s_modules = ["virtio_mmio", "virtio_blk", "virtio-rng", "failover", "net_failover", "virtio_net", "crc16", "mbcache", "jbd2", "ext4", "netfs", "9pnet", "9pnet_virtio", "9p", "virtio_balloon", "virtio_input", "evdev", "vsock", "vmw_vsock_virtio_transport_common", "vmw_vsock_virtio_transport"];

    /// <summary>A command that loads all of them.</summary>
    public static string Load { get; } = LoadCommand(s_modules);

    /// <summary>A command that loads those for a network.</summary>
    public static string LoadNetwork { get; } = LoadCommand("virtio_mmio", "failover", "net_failover", "virtio_net");

    /// <summary>Writes it.</summary>
    /// <param name="path">The file to write.</param>
    public static void Write(string path)
    {
        var modules = new GuestImage("linux-current-modules");
        CpioArchive archive = new CpioArchive().AddDirectory("bin").AddDirectory("dev").AddDirectory("proc").AddDirectory("sys").AddDirectory("mnt").AddDirectory("m")
            .AddCharacterDevice("dev/console", 5, 1).AddProgram("bin/busybox", File.ReadAllBytes(new GuestImage("busybox").Path))
            .AddProgram("bin/vsock", File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "linux", "vsock.elf")));
        foreach (string applet in new[] { "sh", "cat", "cmp", "dd", "grep", "head", "insmod", "ip", "ls", "mount", "nc", "od", "ping", "poweroff", "sha256sum", "sync", "umount", "xzcat" })
        {
            _ = archive.AddLink("bin/" + applet, "busybox");
        }

        foreach (string module in s_modules)
        {
            _ = archive.AddProgram("m/" + module, File.ReadAllBytes(modules[module]));
        }

        File.WriteAllBytes(path, archive.ToArray());
    }

    private static string LoadCommand(params string[] modules) => $"for m in {string.Join(' ', modules)}; do xzcat /m/$m > /$m.ko && insmod /$m.ko; done";
}
