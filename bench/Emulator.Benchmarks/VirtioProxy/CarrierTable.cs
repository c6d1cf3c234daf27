using System.Diagnostics;
using System.Globalization;

namespace Emulator.Benchmarks.VirtioProxy;

/// <summary>Measures a request over each carrier beside the host's own round trips, by turns in one run, so that what else the host does burdens all alike; prints a table.</summary>
internal static class CarrierTable
{
    private const int Rounds = 40;
    private const int MillisecondsOfATurn = 10;
    private const int WarmUp = 2000;

    // What messages carry besides: header and fields of CHAIN_AVAIL and of CHAIN_USED, the request's header and its status.
    private const int RequestLength = 8 + 16 + 16;
    private const int AnswerOverhead = 8 + 12 + 1;

    /// <summary>Measures and prints.</summary>
    public static int Run(TextWriter output)
    {
        List<Contestant> contestants = [];
        List<IDisposable> used = [];
        foreach (Carrier carrier in Enum.GetValues<Carrier>())
        {
            var device = new ServedDevice(carrier);
            used.Add(device);
            contestants.Add(new Contestant($"{carrier}, read of 4 KiB", device.Read));
            contestants.Add(new Contestant($"{carrier}, GET_ID", device.GetId));
        }

        foreach ((string name, int length) in new[] { ("read of 4 KiB", ServedDevice.ReadLength), ("GET_ID", ServedDevice.IdLength) })
        {
            BareRoundTrip unix = BareRoundTrip.OverUnix(RequestLength, length + AnswerOverhead);
            BareRoundTrip tcp = BareRoundTrip.OverTcp(RequestLength, length + AnswerOverhead);
            used.Add(unix);
            used.Add(tcp);
            contestants.Add(new Contestant($"bare Unix socket, {name}", unix.Do));
            contestants.Add(new Contestant($"bare TCP socket, {name}", tcp.Do));
        }

        contestants.ForEach(contestant => contestant.WarmUp());
        for (int round = 0; round < Rounds; round++)
        {
            contestants.ForEach(contestant => contestant.TakeTurn());
        }

        output.WriteLine("| | us, median of turns | best turn | p50 | p99 | bytes allocated |");
        output.WriteLine("|---|---|---|---|---|---|");
        contestants.ForEach(contestant => output.WriteLine(contestant.Row()));
        used.ForEach(one => one.Dispose());
        return 0;
    }

    private sealed class Contestant(string name, Func<bool> request)
    {
        private readonly List<double> _turns = [];
        private readonly List<long> _times = [];
        private long _allocated;
        private long _count;

        public void WarmUp()
        {
            for (int i = 0; i < CarrierTable.WarmUp; i++)
            {
                _ = request();
            }
        }

        public void TakeTurn()
        {
            long end = Stopwatch.GetTimestamp() + (Stopwatch.Frequency * MillisecondsOfATurn / 1000);
            _times.EnsureCapacity(_times.Count + 100_000);
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            long start = Stopwatch.GetTimestamp();
            long before = start;
            long count = 0;
            do
            {
                _ = request();
                long after = Stopwatch.GetTimestamp();
                if (count++ % 8 == 0)
                {
                    _times.Add(after - before);
                }

                before = after;
            }
            while (before < end);

            _turns.Add((before - start) * 1e6 / Stopwatch.Frequency / count);
            _allocated += GC.GetTotalAllocatedBytes(precise: true) - allocated;
            _count += count;
        }

        public string Row()
        {
            _turns.Sort();
            _times.Sort();
            double At(double share) => _times[(int)(share * (_times.Count - 1))] * 1e6 / Stopwatch.Frequency;
            return string.Create(
                CultureInfo.InvariantCulture, $"| {name} | {_turns[_turns.Count / 2]:0.00} | {_turns[0]:0.00} | {At(0.5):0.00} | {At(0.99):0.00} | {(double)_allocated / _count:0.0} |");
        }
    }
}
