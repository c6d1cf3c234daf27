using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Emulator.BootTests.VhostUser;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.BootTests.KilledBackEnds;

/// <summary>A disk in a process that is killed over and over, and whose store loses then what was not flushed.</summary>
internal abstract class KilledDisk : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private Process? _process;

    /// <summary>What the store holds now, as a raw image. Only while no process is there, or it has nothing to do.</summary>
    public abstract byte[] Contents { get; }

    /// <summary>Adds the disk to a machine.</summary>
    public abstract MachineBuilder AddTo(MachineBuilder builder);

    /// <summary>Makes a disk.</summary>
    /// <param name="way">How it is served.</param>
    /// <param name="folder">For files and sockets.</param>
    /// <param name="contents">What it holds.</param>
    public static KilledDisk Create(string way, string folder, byte[] contents)
    {
        KilledDisk disk = way switch
        {
            "unix" => new OfServer(folder, contents, $"unix:{Path.Combine(folder, "socket")}"),
            "areas" => new OfServer(folder, contents, $"unix:{Path.Combine(folder, "socket")}", ProxyMemory.Copied),
            "tcp" => new OfServer(folder, contents, $"tcp:127.0.0.1:{FreePort()}"),
            "shm" => new OfServer(folder, contents, $"shm:{Path.Combine(folder, "window")}", ProxyMemory.Copied),
            "guest" => new OfServer(folder, contents, $"shm:{Path.Combine(folder, "window")}", ProxyMemory.Copied, LosingBackEnd.Guest),
            "vhost-user" => new OfServer(folder, contents, Path.Combine(folder, "socket"), program: LosingBackEnd.VhostUser),
            _ => new OfDaemon(folder, contents, way),
        };
        disk.Start();
        disk.AwaitListener();
        return disk;
    }

    /// <summary>Ends it, as by kill -9.</summary>
    public void Kill()
    {
        End();
        Lose();
    }

    /// <summary>Starts it again; a machine waits for it by itself.</summary>
    public void Start() => _process = Process.Start(Describe())!;

    /// <inheritdoc/>
    public virtual void Dispose() => End();

    private void End()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    protected abstract ProcessStartInfo Describe();

    protected abstract void AwaitListener();

    protected virtual void Lose()
    {
    }

    protected void AwaitSocket(string path) => DaemonSocket.Await(_process!, path);

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    // This program, run by itself.
    private sealed class OfServer(string folder, byte[] contents, string address, ProxyMemory memory = ProxyMemory.Chains, string program = LosingBackEnd.Server) : KilledDisk
    {
        private readonly string _image = MakeImage(folder, contents);
        private int _count;

        public override byte[] Contents => File.ReadAllBytes(_image);

        public override MachineBuilder AddTo(MachineBuilder builder) => program == LosingBackEnd.VhostUser
            ? builder.WithVhostUser(VhostUserDevice.Block, address, new VhostUserOptions { Patience = s_patience })
            : builder.WithVirtioProxy(ProxyAddress.Parse(address), new ProxyOptions { LossTimeout = s_patience, Memory = memory });

        protected override ProcessStartInfo Describe() => new("dotnet", [typeof(Program).Assembly.Location, program, _image, address, $"{_count++}"]);

        protected override void AwaitListener()
        {
            if (address.StartsWith("tcp:", StringComparison.Ordinal))
            {
                AwaitPort(ProxyAddress.Parse(address).EndPoint!);
            }
            else
            {
                AwaitSocket(address[(address.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            }
        }

        private static void AwaitPort(IPEndPoint end)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            while (!socket.Connected)
            {
                try
                {
                    socket.Connect(end);
                }
                catch (SocketException)
                {
                    Thread.Sleep(5);
                }
            }
        }

        private static string MakeImage(string folder, byte[] contents)
        {
            string image = Path.Combine(folder, "disk.img");
            File.WriteAllBytes(image, contents);
            return image;
        }
    }

    // qemu-storage-daemon, whose image is in this process.
    private sealed class OfDaemon : KilledDisk
    {
        private readonly string _folder;
        private readonly string _format;
        private readonly string _socket;
        private readonly LosingExport _export;

        public OfDaemon(string folder, byte[] contents, string format)
        {
            _folder = folder;
            _format = format;
            _socket = Path.Combine(folder, "vhost");
            _export = new LosingExport(MakeImage(contents), Path.Combine(folder, "nbd"), seed: 1);
        }

        public override byte[] Contents
        {
            get
            {
                if (_format == "raw")
                {
                    return _export.Contents;
                }

                string image = Path.Combine(_folder, "now." + _format);
                string raw = Path.Combine(_folder, "now.raw");
                File.WriteAllBytes(image, _export.Contents);
                StorageDaemon.Convert(image, _format, raw, "raw");
                return File.ReadAllBytes(raw);
            }
        }

        public override MachineBuilder AddTo(MachineBuilder builder) => builder.WithVhostUser(VhostUserDevice.Block, _socket, new VhostUserOptions { Patience = s_patience });

        public override void Dispose()
        {
            base.Dispose();
            _export.Dispose();
        }

        protected override ProcessStartInfo Describe()
        {
            File.Delete(_socket);
            return new ProcessStartInfo(StorageDaemon.Program,
            [
                "--blockdev", $"driver=nbd,node-name=file,server.type=unix,server.path={Path.Combine(_folder, "nbd")}", "--blockdev", $"driver={_format},node-name=disk,file=file",
                "--export", $"type=vhost-user-blk,id=export,addr.type=unix,addr.path={_socket},node-name=disk,writable=on",
            ]);
        }

        protected override void AwaitListener() => AwaitSocket(_socket);

        protected override void Lose() => _export.Lose();

        // A format that grows has room to.
        private byte[] MakeImage(byte[] contents)
        {
            if (_format == "raw")
            {
                return contents;
            }

            string raw = Path.Combine(_folder, "first.raw");
            string image = Path.Combine(_folder, "first." + _format);
            File.WriteAllBytes(raw, contents);
            StorageDaemon.Convert(raw, "raw", image, _format);
            return [.. File.ReadAllBytes(image), .. new byte[2 * contents.Length]];
        }
    }
}
