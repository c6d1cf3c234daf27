using System.Globalization;
using Emulator.BootTests.KilledBackEnds;

namespace Emulator.BootTests;

/// <summary>Run by itself this is a back end for tests to kill: its disk loses with it what was not flushed.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is not [string way, string image, string address, string seed])
        {
            Console.Error.WriteLine("these are tests, for 'dotnet test'; or say WAY FILE ADDRESS SEED to serve a disk that loses what was not flushed");
            return 2;
        }

        using IDisposable backEnd = LosingBackEnd.Start(way, address, image, int.Parse(seed, CultureInfo.InvariantCulture));
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }
}
