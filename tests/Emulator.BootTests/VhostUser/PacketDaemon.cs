using System.Diagnostics;
using Emulator.Testing;

namespace Emulator.BootTests.VhostUser;

/// <summary>DPDK's <c>testpmd</c> behind a vhost-user socket: it answers every ARP request and every ping, whatever address they are for. It polls, and so keeps a processor busy.</summary>
internal sealed class PacketDaemon : IDisposable
{
    private readonly string _socket;
    private Process _process;

    /// <summary>Starts it, and waits until it listens. The running test is left out when there is none.</summary>
    /// <param name="socket">Where it listens.</param>
    public PacketDaemon(string socket)
    {
        _socket = socket;
        _process = Run();
    }

    /// <summary>Kills it, as by kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Starts it again.</summary>
    public void Restart() => _process = Run();

    /// <inheritdoc/>
    public void Dispose() => Kill();

    private Process Run()
    {
        string program = Peer.RequireProgram("dpdk-testpmd", "install the package dpdk-dev");
        File.Delete(_socket);

        // Neither huge pages nor network cards, files of its own or a second processor. Its output comes by lines, or nobody would see when it is ready.
        Process process = Process.Start(new ProcessStartInfo(
            "stdbuf",
            [
                "-oL", program, "--lcores", "(0,1)@0", "--no-huge", "-m", "128", "--no-pci", "--no-telemetry", "--no-shconf", "--vdev", $"net_vhost0,iface={_socket}",
                "--", "--total-num-mbufs=4096", "--forward-mode=icmpecho", "--auto-start",
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var isReady = new ManualResetEventSlim();
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains("enter to exit", StringComparison.Ordinal) == true)
            {
                isReady.Set();
            }
        };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!isReady.Wait(TimeSpan.FromMilliseconds(50)))
        {
            Assert.That(process.HasExited, Is.False, "dpdk-testpmd has ended");
        }

        return process;
    }
}
