namespace Emulator.Fuzz;

/// <summary>The image file of a disk: where there is one, in a file system in memory, so that flushing it costs nothing.</summary>
internal static class FileDisk
{
    private const int Length = 0x4000;
    private const string MemoryFolder = "/dev/shm";

    private static readonly string s_path = Path.Combine(Directory.Exists(MemoryFolder) ? MemoryFolder : Path.GetTempPath(), $"emulator-fuzz-{Environment.ProcessId}.img");

    /// <summary>Makes the file if it is not there.</summary>
    /// <returns>Its path.</returns>
    public static string Make()
    {
        if (!File.Exists(s_path))
        {
            File.WriteAllBytes(s_path, new byte[Length]);
            AppDomain.CurrentDomain.ProcessExit += static (_, _) => File.Delete(s_path);
        }

        return s_path;
    }
}
