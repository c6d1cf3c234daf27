using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Emulator.Boards;
using Emulator.Tool.CommandLine;
using Emulator.VirtioProxy;

namespace Emulator.Tool.Tests.Running;

/// <summary><c>emu serve</c> is killed over and over while a guest writes (<c>guest-images/virtio/durable.c</c>): the guest goes on, and all that it was told to be written is there.</summary>
public sealed class ServedDiskTests
{
    private const int BlockLength = 4096;
    private const int Rounds = 64;

    private string _folder = null!;

    private string Image => Path.Combine(_folder, "disk.img");

    private ProxyAddress Address => new(Path.Combine(_folder, "socket"), null);

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("served-").FullName;
        File.WriteAllBytes(Image, new byte[Rounds * BlockLength]);
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(5)]
    [TestCase(100, Category = "Long")]
    public void Nothing_that_was_told_is_lost_when_the_server_is_killed(int kills)
    {
        Process server = Serve();
        try
        {
            var random = new Random(kills);
            HashSet<int> lines = [.. Enumerable.Range(1, (2 * Rounds) - 2).OrderBy(_ => random.Next()).Take(kills)];
            using Machine machine = new MachineBuilder(Board.Virt).WithKernel(Path.Combine(AppContext.BaseDirectory, "durable.elf"))
                .WithVirtioProxy(Address, new ProxyOptions { LossTimeout = TimeSpan.FromMinutes(2) }).Build();
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
                    server = Serve(waits: false);
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

    private Process Serve(bool waits = true)
    {
        Process process = Process.Start(new ProcessStartInfo("dotnet", [typeof(EmuCommandLine).Assembly.Location, "serve", "--device", $"blk,file={Image}", "--listen", $"{Address}"])
        {
            RedirectStandardError = true,
        })!;
        while (waits && !File.Exists(Address.Path))
        {
            Assert.That(process.HasExited, Is.False);
            Thread.Sleep(5);
        }

        return process;
    }
}
