using System.Diagnostics;
using Emulator.Testing;

namespace Emulator.BootTests.VhostUser;

/// <summary>A running <c>qemu-storage-daemon</c> that serves one disk image by vhost-user.</summary>
internal sealed class StorageDaemon : IDisposable
{
    private readonly string _image;
    private readonly string _format;
    private readonly int _queues;
    private bool _isOver;
    private readonly Process _process;

    /// <summary>Starts it, and waits until it listens. The running test is left out when there is none.</summary>
    /// <param name="image">The image.</param>
    /// <param name="format">Its format: raw or qcow2.</param>
    /// <param name="socket">Where it listens.</param>
    /// <param name="queues">Number of queues.</param>
    public StorageDaemon(string image, string format, string socket, int queues = 1)
    {
        _image = image;
        _format = format;
        _queues = queues;
        Socket = socket;
        _process = Run();
    }

    /// <summary>The program. The running test is left out when there is none.</summary>
    public static string Program => Peer.RequireProgram("qemu-storage-daemon", "install the package qemu-system-common");

    /// <summary>Where it listens.</summary>
    public string Socket { get; }

    /// <summary>Makes an image in another format.</summary>
    public static void Convert(string from, string fromFormat, string to, string toFormat)
    {
        string program = Peer.RequireProgram("qemu-img", "install the package qemu-utils");
        using Process process = Process.Start(program, ["convert", "-f", fromFormat, "-O", toFormat, from, to]);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero);
    }

    /// <summary>Ends it as its user does: it writes what it holds back.</summary>
    public void Dispose()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        using (Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            kill.WaitForExit();
        }

        _process.WaitForExit();
        _process.Dispose();
    }

    private Process Run()
    {
        File.Delete(Socket);
        Process process = Process.Start(Program,
        [
            "--blockdev", $"driver=file,node-name=file,filename={_image}", "--blockdev", $"driver={_format},node-name=disk,file=file",
            "--export", $"type=vhost-user-blk,id=export,addr.type=unix,addr.path={Socket},node-name=disk,writable=on,num-queues={_queues}",
        ]);
        DaemonSocket.Await(process, Socket);
        return process;
    }
}
