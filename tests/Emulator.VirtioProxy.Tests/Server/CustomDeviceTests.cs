using System.Diagnostics;
using System.Text;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Server;
using Emulator.VirtioProxy.Tests.Peers;

namespace Emulator.VirtioProxy.Tests.Server;

/// <summary>Devices that users of the library make themselves.</summary>
public sealed class CustomDeviceTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("custom-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void The_sample_serves_its_disk_to_another_process()
    {
        var address = new ProxyAddress(Path.Combine(_folder, "socket"), null);
        using Process sample = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ServedDevices.dll"), $"{address}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            Assert.That(sample.StandardOutput.ReadLine(), Does.StartWith("serving at"));
            using var rig = new FrontEndRig(() => SocketCarrier.Create(address.Connect(), "the sample", canWait: true));
            rig.StartDriver();

            Assert.That(rig.Transfer(writes: false, sector: 4711, 2 * FrontEndRig.SectorSize), Is.Zero);
            byte[] data = new byte[2 * FrontEndRig.SectorSize];
            _ = rig.Memory.TryRead(FrontEndRig.Data, data);
            Assert.That(Encoding.ASCII.GetString(data), Does.StartWith("This is sector 4711.\0").And.Contain("\0This is sector 4712.\0"));
            Assert.That(rig.Transfer(writes: false, sector: 1 << 20, FrontEndRig.SectorSize), Is.EqualTo(1), "behind its end");
            Assert.That(rig.Transfer(writes: true, sector: 0, FrontEndRig.SectorSize), Is.EqualTo(2), "it cannot be written");
            sample.StandardInput.WriteLine();
            Assert.That(sample.WaitForExit(20_000), Is.True);
        }
        finally
        {
            sample.Kill();
        }
    }

    [Test]
    public void What_a_device_says_and_throws_is_not_believed_and_harms_nobody([Values(Mistake.Throws, Mistake.WritesMoreThanThereIs, Mistake.TakesTheDriverForMistaken)] Mistake mistake)
    {
        using VirtioProxyServer server = new VirtioProxyServer().Add(new MistakenDevice(mistake));
        using var rig = new FrontEndRig(() =>
        {
            (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
            server.Serve(other);
            return one;
        });
        rig.StartDriver();

        Assert.That(rig.Transfer(writes: false, sector: 0, FrontEndRig.SectorSize), Is.Null);
        Assert.That(rig.IsBroken, Is.True);
    }

    [Test]
    public void Features_that_are_the_servers_cannot_be_offered()
    {
        using VirtioProxyServer server = new VirtioProxyServer().Add(new MistakenDevice(Mistake.None));

        Assert.That(server.Find(0)!.Features, Is.EqualTo((1UL << 32) | (1UL << 5) | (1UL << 63)));
    }

    [TestCase]
    [TestCase(0)]
    [TestCase(3)]
    [TestCase(128, 2048)]
    public void Sizes_of_queues_are_checked(params int[] sizes) => Assert.That(() => new SizedDevice(sizes), Throws.ArgumentException);

    public enum Mistake
    {
        None,
        Throws,
        WritesMoreThanThereIs,
        TakesTheDriverForMistaken,
    }

    private sealed class MistakenDevice(Mistake mistake) : CustomDevice(2, 128)
    {
        public override ulong Features => (1UL << 5) | (1UL << 63) | (1UL << 28) | (1UL << 34);

        public override ReadOnlySpan<byte> Configuration => [1, 0, 0, 0, 0, 0, 0, 0];

        public override int Serve(int queue, ReadOnlySpan<byte> readable, Span<byte> writable) => mistake switch
        {
            Mistake.Throws => throw new InvalidOperationException("a mistake"),
            Mistake.WritesMoreThanThereIs => writable.Length + 1,
            Mistake.TakesTheDriverForMistaken => Malformed,
            _ => writable.Length,
        };
    }

    private sealed class SizedDevice(int[] sizes) : CustomDevice(2, sizes)
    {
        public override int Serve(int queue, ReadOnlySpan<byte> readable, Span<byte> writable) => 0;
    }
}
