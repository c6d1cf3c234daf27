using Emulator.VirtioProxy;

namespace Emulator.Tool.CommandLine;

/// <summary>Reads addresses of virtio-proxy back ends.</summary>
internal static class ProxyOption
{
    /// <summary>Reads one.</summary>
    /// <param name="option">The option that it was given to.</param>
    /// <param name="text">What was given.</param>
    /// <exception cref="UsageException">It is none.</exception>
    /// <exception cref="NotAvailableException">It is one of a carrier that is not built yet.</exception>
    public static ProxyAddress Read(string option, string text)
    {
        if (text.StartsWith("shm:", StringComparison.Ordinal))
        {
            throw new NotAvailableException($"{option} shm:");
        }

        try
        {
            return ProxyAddress.Parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException($"{option}: {e.Message}");
        }
    }
}
