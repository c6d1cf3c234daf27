using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Carriers;

/// <summary>Holds a folder against others that do the same; it leaves no file, and ends with its process.</summary>
internal sealed class FolderLock : IDisposable
{
    private const int Attempts = 1000;

    private readonly int _descriptor;

    private FolderLock(int descriptor) => _descriptor = descriptor;

    /// <summary>Locks the folder of a file, and waits up to a second for who has it.</summary>
    /// <param name="path">The file; it need not exist.</param>
    /// <returns>Null when it cannot be locked: no folder, no right to read it, or another system than Linux.</returns>
    public static FolderLock? TryTake(string path)
    {
        if (!LinuxCalls.IsSupported || LinuxCalls.OpenFolder(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/") is not (>= 0 and int descriptor))
        {
            return null;
        }

        for (int i = 0; i < Attempts; i++)
        {
            if (LinuxCalls.TryLockFile(descriptor))
            {
                return new FolderLock(descriptor);
            }

            Thread.Sleep(1);
        }

        _ = LinuxCalls.Close(descriptor);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _ = LinuxCalls.Close(_descriptor);
}
