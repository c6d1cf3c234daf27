using Emulator.Tool.Running;
using Emulator.VirtioProxy.VhostUser.Server;
using Microsoft.Extensions.Logging;

namespace Emulator.Tool.CommandLine;

/// <summary><c>emu serve --listen vhost-user:PATH</c>: one device model as the back end of QEMU, or of any other front end of vhost-user.</summary>
internal static class VhostUserService
{
    /// <summary>What such an address begins with.</summary>
    public const string Prefix = "vhost-user:";

    private const string EntropyKind = "rng";
    private const string NetworkKind = "net";

    /// <summary>Serves until it is interrupted.</summary>
    /// <param name="host">The tool's surroundings.</param>
    /// <param name="devices">What was given as <c>--device</c>.</param>
    /// <param name="address">What was given as <c>--listen</c>.</param>
    /// <param name="level">What was given as <c>--log</c>, or null.</param>
    /// <exception cref="UsageException">Something of it is wrong.</exception>
    public static int Run(IToolHost host, string[] devices, string address, string? level)
    {
        string path = address[Prefix.Length..];
        if (devices is not [string device] || path.Length == 0)
        {
            throw new UsageException("--listen vhost-user:PATH has one socket for one --device");
        }

        using var logs = new ErrorLogger(host.Error, ErrorLogger.LevelOf(Values.OneOf("--log", level ?? "warning", "trace", "debug", "information", "warning", "error")));
        using var interrupted = new ManualResetEventSlim();
        using IDisposable interrupt = host.OnInterrupt(interrupted.Set);
        using VhostUserServer server = Create(device, logs.CreateLogger("VhostUser"));
        server.Listen(path);
        host.Error.WriteLine($"emu: serving at {address}");
        interrupted.Wait();
        return ExitCode.Success;
    }

    private static VhostUserServer Create(string device, ILogger logger)
    {
        const string seed = EntropyKind + ",seed=";
        if (device == EntropyKind)
        {
            return VhostUserServer.ForEntropy(logger: logger);
        }

        if (device.StartsWith(seed, StringComparison.Ordinal))
        {
            return VhostUserServer.ForEntropy((ulong)Values.Count("--device rng seed", device[seed.Length..], 0, long.MaxValue), logger: logger);
        }

        if (device == NetworkKind || device.StartsWith(NetworkKind + ",", StringComparison.Ordinal))
        {
            NetworkSettings network = NetworkOption.ReadLan("--device net", device[NetworkKind.Length..]);
            return VhostUserServer.ForNetwork(network.CreateLink(logger), logger: logger);
        }

        DriveSettings drive = ServeCommand.ReadBlock(device);
        return VhostUserServer.ForBlock(drive.File, drive.Options, logger: logger);
    }
}
