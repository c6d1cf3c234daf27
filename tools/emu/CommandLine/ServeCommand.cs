using System.CommandLine;
using Emulator.Tool.Running;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Server;

namespace Emulator.Tool.CommandLine;

/// <summary><c>emu serve</c>: this tool's device models as the back end of machines in other processes.</summary>
internal static class ServeCommand
{
    private const string BlockPrefix = "blk,file=";

    /// <summary>Creates the command.</summary>
    public static Command Create(IToolHost host)
    {
        var command = new Command("serve", "Serves virtio devices to a machine in another process (its --proxy), or one of them to QEMU by vhost-user, until it is interrupted.");
        var devices = new Option<string[]>("--device")
        {
            HelpName = "KIND,...",
            Description = "a device, repeatable: blk,file=FILE[,readonly][,snapshot][,id=TEXT][,queues=N]; by vhost-user also rng[,seed=N] and net[,folder=DIR][,bootfile=NAME][,pcap=FILE]",
            Arity = ArgumentArity.OneOrMore,
        };
        var listen = new Option<string>("--listen") { HelpName = "ADDRESS", Description = "where to listen: unix:PATH, tcp:ADDRESS:PORT, shm:PATH or vhost-user:PATH" };
        var log = new Option<string>("--log") { HelpName = "LEVEL", Description = "trace, debug, information, warning, error on standard error (warning)" };
        var tls = new TlsOptions();
        command.Options.Add(devices);
        command.Options.Add(listen);
        command.Options.Add(log);
        foreach (Option option in tls.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            if (parsed.GetValue(devices) is not { Length: > 0 } given)
            {
                throw new UsageException("there is nothing to serve; give a --device");
            }

            if (parsed.GetValue(listen) is { } place && place.StartsWith(VhostUserService.Prefix, StringComparison.Ordinal))
            {
                return VhostUserService.Run(host, given, place, parsed.GetValue(log));
            }

            ProxyAddress address = ProxyOption.Read("--listen", parsed.GetValue(listen) ?? throw new UsageException("--listen is missing; use unix:PATH, tcp:ADDRESS:PORT, shm:PATH or vhost-user:PATH"));
            string level = Values.OneOf("--log", parsed.GetValue(log) ?? "warning", "trace", "debug", "information", "warning", "error");
            using var logs = new ErrorLogger(host.Error, ErrorLogger.LevelOf(level));
            using var server = new VirtioProxyServer(new ProxyOptions { Tls = tls.Read(parsed) }, logs.CreateLogger("VirtioProxy"));
            foreach (DriveSettings drive in given.Select(ReadBlock).ToList())
            {
                _ = server.AddBlock(drive.File, drive.Options);
            }

            using var interrupted = new ManualResetEventSlim();
            using IDisposable interrupt = host.OnInterrupt(interrupted.Set);
            server.Listen(address);
            host.Error.WriteLine($"emu: serving at {server.Address}");
            interrupted.Wait();
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Reads <c>blk,file=FILE[,...]</c>.</summary>
    /// <exception cref="UsageException">It is something else.</exception>
    internal static DriveSettings ReadBlock(string text) => text.StartsWith(BlockPrefix, StringComparison.Ordinal)
        ? DriveOption.Read(text[BlockPrefix.Length..])
        : throw new UsageException($"--device: '{text}' is not known; use {BlockPrefix}FILE[,readonly][,snapshot][,id=TEXT][,queues=N]");
}
