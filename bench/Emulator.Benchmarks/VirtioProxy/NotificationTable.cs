using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Carriers.Rings;

namespace Emulator.Benchmarks.VirtioProxy;

/// <summary>
/// Measures a bare notification over rings in shared memory, there and there-and-back, between two processes, in several pairs of them one after the other: where a pair's threads find themselves is the operating system's to choose,
/// so one pair says little.
/// </summary>
internal static class NotificationTable
{
    private const int Pairs = 8;
    private const int Count = 100_000;
    private const int WarmUp = 100_000;
    private const int MessageLength = 16;
    private const int TimeOffset = 8;
    private const int Patience = 100;

    // What a guest does between two notifications, in microseconds: nothing, a little, and so much that nobody looks for that long.
    private static readonly int[] s_gaps = [0, 20, 1000];

    /// <summary>Measures and prints.</summary>
    public static int Run(TextWriter output)
    {
        output.WriteLine("| us: | there p50 | p90 | p99 | there and back p50 | p90 | p99 | a notification, mean | between two, us |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|");
        for (int pair = 0; pair < Pairs; pair++)
        {
            string path = $"/dev/shm/notifications-{Environment.ProcessId}-{pair}";
            using Process back = Start("back", path);
            _ = back.StandardOutput.ReadLine();
            using Process front = Start("front", path);
            output.Write(front.StandardOutput.ReadToEnd());
            front.WaitForExit();
            back.StandardInput.Close();
            back.WaitForExit();
        }

        return 0;
    }

    /// <summary>Is one of a pair.</summary>
    /// <param name="side">"back" or "front".</param>
    /// <param name="path">The file of the rings.</param>
    public static int BeOneOf(string side, string path)
    {
        if (side == "back")
        {
            using WindowListener listener = WindowListener.Listen(path, 0x1000, carrier => carrier.Start(new Echo(carrier)));
            Console.WriteLine("ready");
            _ = Console.In.ReadToEnd();
            return 0;
        }

        using ICarrier carrier = WindowListener.Connect(path, TimeProvider.System);
        var driver = new Driver(carrier);
        carrier.Start(driver);
        foreach (int gap in s_gaps)
        {
            _ = driver.Measure(WarmUp / (1 + gap), gap);
            Console.WriteLine(driver.Measure(Count / (1 + (gap / 10)), gap));
        }

        return 0;
    }

    private static Process Start(string side, string path)
    {
        // Also when it was started by 'dotnet', which is no program of ours then.
        string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(NotificationTable).Assembly.Location] : [];
        return Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. self, "carriers", side, path]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    private static byte[] Event() => [0, 0x41, 0, 0, 0, 0, MessageLength, 0, .. new byte[sizeof(long)]];

    // Answers each with the instant at which it came.
    private sealed class Echo(ICarrier carrier) : ICarrierSink
    {
        private readonly byte[] _answer = Event();

        public void Received(ReadOnlySpan<byte> message)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_answer.AsSpan(TimeOffset), Stopwatch.GetTimestamp());
            carrier.Send(_answer);
        }

        public void Lost(string reason)
        {
        }
    }

    private sealed class Driver(ICarrier carrier) : ICarrierSink
    {
        private readonly byte[] _event = Event();
        private long _heard;

        public void Received(ReadOnlySpan<byte> message) => Volatile.Write(ref _heard, BinaryPrimitives.ReadInt64LittleEndian(message[TimeOffset..]));

        public void Lost(string reason)
        {
        }

        public string Measure(int count, int gap)
        {
            double unit = 1e6 / Stopwatch.Frequency;
            double[] there = new double[count];
            double[] thereAndBack = new double[count];
            for (int i = 0; i < count; i++)
            {
                for (long begin = Stopwatch.GetTimestamp(); (Stopwatch.GetTimestamp() - begin) * unit < gap;)
                {
                    Thread.SpinWait(1);
                }

                Volatile.Write(ref _heard, 0);
                long sent = Stopwatch.GetTimestamp();
                carrier.Send(_event);
                long heard;
                while ((heard = Volatile.Read(ref _heard)) == 0)
                {
                    _ = carrier.TryWait(Patience);
                }

                thereAndBack[i] = (Stopwatch.GetTimestamp() - sent) * unit;
                there[i] = (heard - sent) * unit;
            }

            double mean = thereAndBack.Average() / 2;
            return string.Create(CultureInfo.InvariantCulture, $"| | {Percentiles(there)} | {Percentiles(thereAndBack)} | {mean:0.00} | {gap} |");
        }

        private static string Percentiles(double[] times)
        {
            Array.Sort(times);
            double At(double share) => times[(int)(share * (times.Length - 1))];
            return string.Create(CultureInfo.InvariantCulture, $"{At(0.5):0.00} | {At(0.9):0.00} | {At(0.99):0.00}");
        }
    }
}
