using System.Collections.Concurrent;
using NUnit.Framework;

namespace Emulator.Testing;

/// <summary>Optional programs, libraries and images that some tests compare with or run.</summary>
public static class Peer
{
    private static readonly ConcurrentDictionary<string, bool> Told = new();

    /// <summary>The environment variable that makes a missing peer a failure when it is <c>1</c>.</summary>
    public const string RequireVariable = "EMULATOR_REQUIRE_PEERS";

    /// <summary>Ends the running test because a peer is missing: ignored with the reason, or failed when <see cref="RequireVariable"/> is <c>1</c>.</summary>
    /// <param name="reason">What is missing and how to get it.</param>
    /// <exception cref="IgnoreException">Peers are optional here.</exception>
    /// <exception cref="AssertionException">Peers are required here.</exception>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public static void Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable(RequireVariable) == "1")
        {
            throw new AssertionException($"{RequireVariable}=1 and a peer is missing: {reason}");
        }

        // Runners list the tests that were ignored, but seldom the reason; this they pass on.
        if (Told.TryAdd(reason, true))
        {
            TestContext.Error.WriteLine($"left out, a peer is missing: {reason}");
        }

        throw new IgnoreException($"left out, a peer is missing: {reason}");
    }

    /// <summary>Finds a program on the path; ends the running test as <see cref="Missing"/> does when it is not there.</summary>
    /// <param name="program">Its name, for instance <c>qemu-system-aarch64</c>.</param>
    /// <param name="hint">How to get it.</param>
    /// <returns>Its full path.</returns>
    public static string RequireProgram(string program, string hint)
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            string path = Path.Combine(folder, program);
            if (File.Exists(path))
            {
                return path;
            }
        }

        Missing($"{program} is not on the path; {hint}");
        return program;
    }
}
