using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Emulator.Boards;
using Emulator.Tool.CommandLine;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.Tool.Tests.Running;

/// <summary><c>emu serve</c>, by each carrier, is killed over and over while a guest writes (<c>guest-images/virtio/durable.c</c>): the guest goes on, and all that it was told to be written is there.</summary>
public sealed class ServedDiskTests
{
    private const string TakesLong = "takes a minute: fewer kills tell the same in most cases";
    private const int BlockLength = 4096;
    private const int Rounds = 64;

    private string _folder = null!;

    private string Image => Path.Combine(_folder, "disk.img");

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("served-").FullName;
        File.WriteAllBytes(Image, new byte[Rounds * BlockLength]);
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("unix", 5)]
    [TestCase("areas", 5)]
    [TestCase("tcp", 5)]
    [TestCase("shm", 5)]
    [TestCase("vhost-user", 5)]
    [TestCase("unix", 100, Category = "Long")]
    [TestCase("areas", 100, Explicit = true, Reason = TakesLong)]
    [TestCase("tcp", 100, Explicit = true, Reason = TakesLong)]
    [TestCase("shm", 100, Explicit = true, Reason = TakesLong)]
    [TestCase("vhost-user", 100, Explicit = true, Reason = TakesLong)]
    public void Nothing_that_was_told_is_lost_when_the_server_is_killed(string way, int kills)
    {
        string address = AddressOf(way);
        Process server = Serve(address);
        try
        {
            var random = new Random(kills);
            HashSet<int> lines = [.. Enumerable.Range(1, (2 * Rounds) - 2).OrderBy(_ => random.Next()).Take(kills)];
            MachineBuilder builder = new MachineBuilder(Board.Virt).WithKernel(Path.Combine(AppContext.BaseDirectory, "durable.elf"));
            using Machine machine = AddDisk(builder, way, address).Build();
            int told = 0;
            var line = new StringBuilder();
            machine.Console.ByteReceived += value =>
            {
                _ = line.Append((char)value);
                if (value != '\n')
                {
                    return;
                }

                told += line[0] is 'f' or 'w' ? 1 : 0;
                line.Clear();
                if (lines.Remove(told))
                {
                    // The guest does not wait for the new server to be there.
                    server.Kill();
                    server.WaitForExit();
                    server.Dispose();
                    AssertHolds(told);
                    server = Serve(address, waits: false);
                }
            };

            Assert.That(machine.Run(new RunLimits { Until = new Timing.VirtualTime(60_000_000_000) }), Is.EqualTo(StopReason.PowerOff), machine.Console.Transcript);
            Assert.That(machine.Console.Transcript, Does.EndWith("done\n").And.Not.Contain("failed"));
            Assert.That(lines, Is.Empty, "the server was killed at each of them");
        }
        finally
        {
            server.Kill();
            server.WaitForExit();
            server.Dispose();
        }

        AssertHolds(2 * Rounds);
    }

    private void AssertHolds(int told)
    {
        byte[] image = File.ReadAllBytes(Image);
        for (int block = 0; block < Math.Min(told, Rounds); block++)
        {
            Span<int> words = MemoryMarshal.Cast<byte, int>(image.AsSpan(block * BlockLength, BlockLength));
            Assert.That(words[0], Is.AtLeast(told > block + Rounds ? block + 1 + Rounds : block + 1), string.Create(CultureInfo.InvariantCulture, $"block {block} when line {told} was told"));
            Assert.That(words.IndexOfAnyExcept(words[0]), Is.EqualTo(-1), $"block {block} is whole");
        }
    }

    private string AddressOf(string way) => way switch
    {
        "tcp" => $"tcp:127.0.0.1:{FreePort()}",
        "unix" or "areas" => $"unix:{Path.Combine(_folder, "socket")}",
        _ => $"{way}:{Path.Combine(_folder, "socket")}",
    };

    private static MachineBuilder AddDisk(MachineBuilder builder, string way, string address)
    {
        TimeSpan patience = TimeSpan.FromMinutes(2);
        return way == "vhost-user"
            ? builder.WithVhostUser(VhostUserDevice.Block, address["vhost-user:".Length..], new VhostUserOptions { Patience = patience })
            : builder.WithVirtioProxy(ProxyAddress.Parse(address), new ProxyOptions { LossTimeout = patience, Memory = way is "areas" or "shm" ? ProxyMemory.Copied : ProxyMemory.Chains });
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private Process Serve(string address, bool waits = true)
    {
        Process process = Process.Start(new ProcessStartInfo("dotnet", [typeof(EmuCommandLine).Assembly.Location, "serve", "--device", $"blk,file={Image}", "--listen", address])
        {
            RedirectStandardError = true,
        })!;
        if (waits)
        {
            Assert.That(process.StandardError.ReadLine(), Does.Contain("serving at"));
        }

        return process;
    }
}
