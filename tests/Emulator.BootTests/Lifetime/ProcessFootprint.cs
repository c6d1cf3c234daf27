using System.Runtime.InteropServices;

namespace Emulator.BootTests.Lifetime;

/// <summary>What this process holds of the system, as Linux tells it.</summary>
/// <param name="Threads">Threads.</param>
/// <param name="OpenFiles">File descriptors.</param>
/// <param name="Mappings">Lines of the memory map.</param>
/// <param name="ResidentBytes">Resident set.</param>
internal sealed record ProcessFootprint(int Threads, int OpenFiles, int Mappings, long ResidentBytes)
{
    /// <summary>Measures when garbage is gone, and what the C library keeps of memory that was freed; the run-time's compiler frees a lot.</summary>
    public static ProcessFootprint Measure()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        _ = TrimHeap(0);
        return new ProcessFootprint(
            Directory.GetDirectories("/proc/self/task").Length,
            Directory.GetFiles("/proc/self/fd").Length,
            File.ReadAllLines("/proc/self/maps").Length,
            long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1]) * Environment.SystemPageSize);
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int TrimHeap(nint pad);
}
