using System.Collections.Concurrent;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Carriers.Rings;
using Emulator.VirtioProxy.Tests.Peers;

namespace Emulator.VirtioProxy.Tests.Carriers.Rings;

/// <summary>Rings in a file that two sides map: what one says the other hears, whole and in order, and a side that breaks the rules, or dies, is lost to the other.</summary>
[Platform("Linux")]
public sealed class RingCarrierTests : WindowFixture
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Test]
    public void All_messages_arrive_in_order_also_when_there_are_more_than_the_rings_take()
    {
        const int Count = 20_000;
        using var server = new Sink(holds: true);
        using WindowListener listener = WindowListener.Listen(Window, 0x1000, server.Take);
        using ICarrier front = WindowListener.Connect(Window, TimeProvider.System);
        using var client = new Sink(holds: false);
        client.Take(front);
        for (int i = 0; i < Count; i++)
        {
            front.Send(HeardMessages.Numbered(i));
        }

        server.Go.Set();
        for (int i = 0; i < Count; i++)
        {
            Assert.That(server.Heard.TryTake(out byte[]? message, s_patience), Is.True);
            Assert.That(message, Is.EqualTo(HeardMessages.Numbered(i)));
        }
    }

    [Test]
    public void The_file_is_for_its_owner_only_and_goes_with_the_back_end()
    {
        using (WindowListener.Listen(Window, 0x1000, carrier => carrier.Dispose()))
        {
            Assert.That(OperatingSystem.IsWindows() || File.GetUnixFileMode(Window) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), Is.True);
            Assert.That(Directory.GetFiles(Folder), Is.EqualTo(new[] { Window }));
        }

        Assert.That(Directory.GetFiles(Folder), Is.Empty);
    }

    [Test]
    public void There_is_one_back_end_and_one_front_end()
    {
        using var server = new Sink(holds: false);
        using WindowListener listener = WindowListener.Listen(Window, 0x1000, server.Take);
        Assert.That(() => WindowListener.Listen(Window, 0x1000, server.Take), Throws.TypeOf<EmulatorException>().With.Message.Contain("another back end"));
        using (ICarrier front = WindowListener.Connect(Window, TimeProvider.System))
        {
            Assert.That(() => WindowListener.Connect(Window, TimeProvider.System), Throws.TypeOf<EmulatorException>().With.Message.Contain("another machine"));
        }

        Assert.That(server.Lost.Wait(s_patience), Is.True);
        using ICarrier next = WindowListener.Connect(Window, TimeProvider.System);
        Assert.That(next, Is.Not.Null);
    }

    [Test]
    public void A_file_that_is_no_window_or_has_no_back_end_is_refused([Values(10, 0x10000)] int length)
    {
        File.WriteAllBytes(Window, new byte[length]);
        Assert.That(() => WindowListener.Connect(Window, TimeProvider.System), Throws.TypeOf<EmulatorException>());
        using WindowListener listener = WindowListener.Listen(Window, 0x1000, carrier => carrier.Dispose());
        Assert.That(new FileInfo(Window).Length, Is.EqualTo(0x11000), "a back end takes its place");
    }

    [TestCase(6, 0x7f, Description = "no element has such a number: the tail")]
    [TestCase(2, 3, Description = "it has left")]
    [TestCase(2, 0, Description = "it begins anew")]
    public void A_side_that_breaks_the_rules_is_lost(int offset, int value)
    {
        using var server = new Sink(holds: false);
        using WindowListener listener = WindowListener.Listen(Window, 0x1000, server.Take);
        using ICarrier front = WindowListener.Connect(Window, TimeProvider.System);
        using (FileStream file = File.Open(Window, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            // The head of the driver's ring. The tail's high byte is behind its low one.
            file.Position = (long)WindowLayout.Own.DriverHead + (offset == 6 ? 5 : offset);
            file.WriteByte((byte)value);
        }

        Assert.That(server.Lost.Wait(s_patience), Is.True);
    }

    [Test]
    public void What_a_front_end_has_spoilt_is_whole_for_the_next()
    {
        using var server = new Sink(holds: false);
        using WindowListener listener = WindowListener.Listen(Window, 0x1000, server.Take);
        using FileStream file = File.Open(Window, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using (WindowListener.Connect(Window, TimeProvider.System))
        {
            // The layout, the heads, and the words by which the sides sleep.
            file.Write([.. Enumerable.Repeat((byte)0xa5, 400)]);
            file.Flush();
        }

        Assert.That(server.Lost.Wait(s_patience), Is.True);
        file.Position = 0;
        file.Write(new byte[64]);
        file.Flush();
        using ICarrier next = WindowListener.Connect(Window, TimeProvider.System);
        Assert.That(next, Is.Not.Null, "also when it was done after its session");
    }

    [Test]
    public void A_header_that_is_none_is_the_end()
    {
        using var server = new Sink(holds: false);
        using WindowListener listener = WindowListener.Listen(Window, 0x1000, server.Take);
        using ICarrier front = WindowListener.Connect(Window, TimeProvider.System);
        using var client = new Sink(holds: false);
        client.Take(front);

        front.Send([0, 0, 0, 0, 0, 0, 65, 0]);

        Assert.That(server.Lost.Wait(s_patience), Is.True);
        Assert.That(client.Lost.Wait(s_patience), Is.True);
    }

    [Test]
    public void A_disk_is_served_and_served_again([Values(ProxyMemory.Copied, ProxyMemory.Fat)] ProxyMemory memory)
    {
        using var disk = new ServedDisk();
        disk.Server.Listen(ProxyAddress.Parse($"shm:{Window}"));
        for (int i = 0; i < 3; i++)
        {
            using var rig = new FrontEndRig(() => WindowListener.Connect(Window, TimeProvider.System), new ProxyOptions { Memory = memory });
            rig.StartDriver();
            byte[] data = [.. Enumerable.Repeat((byte)(0x40 + i), 3 * FrontEndRig.SectorSize)];
            _ = rig.Memory.TryWrite(FrontEndRig.Data, data);
            Assert.That(rig.Transfer(writes: true, sector: (ulong)(10 * i), data.Length), Is.Zero);
            Assert.That(disk.Contents.Slice(10 * i * FrontEndRig.SectorSize, data.Length).ToArray(), Is.EqualTo(data));
            byte[] configuration = new byte[60];
            _ = rig.Device.ReadConfiguration(0, configuration.AsSpan(0, rig.Device.ConfigurationLength));
            Assert.That(BitConverter.ToUInt64(configuration), Is.EqualTo((ulong)ServedDisk.Sectors), "in pieces");
        }
    }

    [Test]
    public void Requests_go_on_with_the_next_back_end()
    {
        using var disk = new ServedDisk();
        disk.Server.Listen(ProxyAddress.Parse($"shm:{Window}"));
        using var rig = new FrontEndRig(() => WindowListener.Connect(Window, TimeProvider.System), new ProxyOptions { Memory = ProxyMemory.Copied });
        rig.StartDriver();
        for (int i = 0; i < 5; i++)
        {
            Assert.That(rig.Transfer(writes: false, sector: 1, FrontEndRig.SectorSize), Is.Zero);
            disk.Restart();
            rig.Begin(writes: false, sector: 2, FrontEndRig.SectorSize);
            disk.Server.Listen(ProxyAddress.Parse($"shm:{Window}"));
            Assert.That(rig.Finish(), Is.Zero);
        }

        Assert.That(rig.IsBroken, Is.False);
    }

    private sealed class Sink(bool holds) : ICarrierSink, IDisposable
    {
        public BlockingCollection<byte[]> Heard { get; } = [];

        public ManualResetEventSlim Lost { get; } = new();

        public ManualResetEventSlim Go { get; } = new(!holds);

        public void Take(ICarrier carrier) => carrier.Start(this);

        void ICarrierSink.Received(ReadOnlySpan<byte> message)
        {
            Go.Wait();
            Heard.Add(message.ToArray());
        }

        void ICarrierSink.Lost(string reason) => Lost.Set();

        public void Dispose()
        {
            Go.Set();
            Heard.Dispose();
        }
    }
}
