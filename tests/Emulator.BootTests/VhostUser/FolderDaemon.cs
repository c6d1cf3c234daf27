using System.Diagnostics;
using Emulator.Testing;

namespace Emulator.BootTests.VhostUser;

/// <summary>A running <c>virtiofsd</c> that serves a folder by vhost-user. It ends when its client goes.</summary>
internal sealed class FolderDaemon : IDisposable
{
    private static readonly string[] s_places = ["/usr/lib/qemu/virtiofsd", "/usr/libexec/virtiofsd", "/usr/lib/virtiofsd"];

    private readonly Process _process;

    /// <summary>Starts it, and waits until it listens. The running test is left out when there is none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="socket">Where it listens.</param>
    public FolderDaemon(string folder, string socket)
    {
        string? program = Array.Find(s_places, File.Exists);
        if (program is null)
        {
            Peer.Missing("virtiofsd is not installed; install the package qemu-system-common, or virtiofsd where it is one of its own");
        }

        if (Environment.UserName != "root")
        {
            Peer.Missing("virtiofsd serves files of all users only for root; run the tests as root");
        }

        string[] arguments = program.Contains("/qemu/", StringComparison.Ordinal)
            ? [$"--socket-path={socket}", "-o", $"source={folder}", "-o", "sandbox=chroot"]
            : [$"--socket-path={socket}", $"--shared-dir={folder}", "--sandbox=chroot"];
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        DaemonSocket.Await(_process, socket);
    }

    /// <summary>Kills it, as by kill -9.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }
}
