using System.Diagnostics;

namespace Emulator.BootTests.VhostUser;

/// <summary>The socket of another process that a test has started.</summary>
internal static class DaemonSocket
{
    /// <summary>Waits until the process listens. It fails the test when the process ends instead; nothing else tells when a program has come so far.</summary>
    /// <param name="process">The process.</param>
    /// <param name="path">Where it will listen.</param>
    public static void Await(Process process, string path)
    {
        while (!File.Exists(path))
        {
            Assert.That(process.HasExited, Is.False, $"{process.StartInfo.FileName} has ended");
            Thread.Sleep(5);
        }
    }
}
