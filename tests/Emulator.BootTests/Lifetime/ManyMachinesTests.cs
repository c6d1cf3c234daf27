using Emulator.Boards;
using Emulator.Testing;
using Emulator.Timing;

namespace Emulator.BootTests.Lifetime;

/// <summary>A test suite makes machines by the thousand in one process: nothing of them may stay.</summary>
[NonParallelizable]
public sealed class ManyMachinesTests
{
    private const long SizeTolerance = 5 << 20;

    // The run-time's own threads and code memory come and go meanwhile; a leak would show with every machine.
    private const int CountTolerance = 20;

    [Test]
    [Platform("Linux")]
    public void A_thousand_machines_leave_what_a_hundred_leave([GuestImage("u-boot")] GuestImage image)
    {
        string flash1 = Path.GetTempFileName();
        try
        {
            Run(100, image.Path, flash1);
            ProcessFootprint afterHundred = ProcessFootprint.Measure();
            Run(900, image.Path, flash1);
            ProcessFootprint afterThousand = ProcessFootprint.Measure();
            TestContext.Out.WriteLine($"after 100: {afterHundred}\nafter 1000: {afterThousand}");

            Assert.Multiple(() =>
            {
                Assert.That(afterThousand.Threads, Is.LessThanOrEqualTo(afterHundred.Threads + CountTolerance));
                Assert.That(afterThousand.OpenFiles, Is.LessThanOrEqualTo(afterHundred.OpenFiles + CountTolerance));
                Assert.That(afterThousand.Mappings, Is.LessThanOrEqualTo(afterHundred.Mappings + CountTolerance));
                Assert.That(afterThousand.ResidentBytes, Is.LessThanOrEqualTo(afterHundred.ResidentBytes + SizeTolerance));
            });
        }
        finally
        {
            File.Delete(flash1);
        }
    }

    // The kinds take turns: plain, with RAM that can be shared, with flash in a file and two CPUs, from EL3.
    private static void Run(int count, string firmware, string flash1)
    {
        for (int i = 0; i < count; i++)
        {
            MachineBuilder builder = new MachineBuilder(Board.Virt).WithMemory(256.MiB()).WithFirmware(firmware);
            builder = (i % 4) switch
            {
                0 => builder,
                1 => builder.WithSharedMemory(),
                2 => builder.WithFlash1(flash1).WithCpus(2),
                _ => builder.WithExceptionLevel(3),
            };
            using Machine machine = builder.Build();
            StopReason reason = machine.Run(new RunLimits { Until = new VirtualTime(1_000_000) });
            Assert.That(reason, Is.EqualTo(StopReason.MaxVirtualTime));
        }
    }
}
