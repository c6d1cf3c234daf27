using System.Diagnostics;
using Emulator.Tool.Running;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Server;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.Tool.Comparison;

/// <summary>The ways in which a guest can reach a disk that is not of its own machine. Each run has a back end of its own, whose start is no part of the time.</summary>
internal static class BackEnds
{
    private const string StorageDaemon = "qemu-storage-daemon";
    private const string SharedMemory = "/dev/shm";
    private const int PatienceMilliseconds = 20_000;

    /// <summary>One way.</summary>
    /// <param name="Key">Its name in the JSON file.</param>
    /// <param name="Title">Its name in the table.</param>
    /// <param name="Use">Starts a back end, and hands on the settings of a machine that uses it.</param>
    internal sealed record Way(string Key, string Title, Action<RunSettings, Action<RunSettings>> Use);

    /// <summary>All that this host has.</summary>
    /// <param name="image">The disk.</param>
    /// <param name="folder">Where sockets may be put.</param>
    public static IEnumerable<Way> Find(string image, string folder)
    {
        yield return new("served", "virtio-proxy in this process", (settings, use) => InThisProcess(image, new ProxyOptions(), settings, use));
        yield return new("servedMessages", "virtio-proxy in this process, messages", (settings, use) => InThisProcess(image, new ProxyOptions { UsesMessages = true }, settings, use));
        yield return new("servedUnix", "virtio-proxy, Unix socket to emu serve", (settings, use) => ServedByFile(image, "unix", Path.Combine(folder, "serve"), settings, use));
        if (Directory.Exists(SharedMemory))
        {
            string window = $"{SharedMemory}/emulator-bench-{Environment.ProcessId}";
            yield return new("servedRings", "virtio-proxy, shared memory with emu serve", (settings, use) => ServedByFile(image, "shm", window, settings, use));
        }

        yield return new("servedTcp", "virtio-proxy, TCP to emu serve", (settings, use) => Served(image, "tcp:127.0.0.1:0", settings, use));
        if (GuestTimes.Find(StorageDaemon) is { } daemon)
        {
            yield return new("vhostUser", $"vhost-user, {StorageDaemon}", (settings, use) => Daemon(daemon, image, Path.Combine(folder, "vhost"), settings, use));
        }
    }

    private static void InThisProcess(string image, ProxyOptions options, RunSettings settings, Action<RunSettings> use)
    {
        using VirtioProxyServer server = new VirtioProxyServer().AddBlock(image);
        use(settings with { Drives = [], Proxies = [new ProxySettings(null, null) { Server = server, Options = options }] });
    }

    private static void ServedByFile(string image, string kind, string file, RunSettings settings, Action<RunSettings> use)
    {
        try
        {
            Served(image, $"{kind}:{file}", settings, use);
        }
        finally
        {
            // The back end is killed, and leaves it.
            File.Delete(file);
        }
    }

    private static void Served(string image, string listen, RunSettings settings, Action<RunSettings> use)
    {
        const string Ready = "serving at ";
        (string program, string[] first) = GuestTimes.ThisTool;
        WithProcess(program, [.. first, "serve", "--device", $"blk,file={image}", "--listen", listen], process =>
        {
            string? line = process.StandardError.ReadLine();
            int at = line?.IndexOf(Ready, StringComparison.Ordinal) ?? -1;
            if (at < 0)
            {
                throw new EmulatorException($"'emu serve' did not start: {line}");
            }

            use(settings with { Drives = [], Proxies = [new ProxySettings(ProxyAddress.Parse(line![(at + Ready.Length)..]), null)] });
        });
    }

    private static void Daemon(string program, string image, string socket, RunSettings settings, Action<RunSettings> use)
    {
        File.Delete(socket);
        string[] arguments =
        [
            "--blockdev", $"driver=file,node-name=file,filename={image}", "--blockdev", "driver=raw,node-name=disk,file=file",
            "--export", $"type=vhost-user-blk,id=disk,addr.type=unix,addr.path={socket},node-name=disk,writable=on",
        ];
        WithProcess(program, arguments, process =>
        {
            if (!SpinWait.SpinUntil(() => File.Exists(socket) || process.HasExited, PatienceMilliseconds) || process.HasExited)
            {
                throw new EmulatorException($"{program} did not start");
            }

            use(settings with { Drives = [], VhostUser = [new VhostUserSettings(VhostUserDevice.Block, socket, new VhostUserOptions())] });
        });
    }

    private static void WithProcess(string program, IEnumerable<string> arguments, Action<Process> use)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        try
        {
            use(process);
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }
}
