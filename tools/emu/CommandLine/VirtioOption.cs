using Emulator.Virtio;
using Emulator.Virtio.Transports;

namespace Emulator.Tool.CommandLine;

/// <summary>Reads <c>--virtio [legacy][,packed][,inorder][,notification-data][,latency=NS]</c>.</summary>
internal static class VirtioOption
{
    private const string Name = "--virtio";

    /// <summary>Reads what holds for all virtio devices.</summary>
    /// <param name="text">What was given.</param>
    /// <exception cref="UsageException">It is wrong.</exception>
    public static VirtioOptions Read(string text)
    {
        var options = new VirtioOptions();
        foreach (string part in text.Split(','))
        {
            const string Latency = "latency=";
            options = part switch
            {
                "modern" => options with { MmioVersion = VirtioMmioVersion.Modern },
                "legacy" => options with { MmioVersion = VirtioMmioVersion.Legacy },
                "inorder" => options with { InOrder = true },
                "notification-data" => options with { NotificationData = true },
                "packed" => options with { PackedRings = true },
                _ when part.StartsWith(Latency, StringComparison.Ordinal) =>
                    options with { Latency = TimeSpan.FromMicroseconds(Values.Count($"{Name} latency", part[Latency.Length..], 0, 1_000_000_000) / 1000.0) },
                _ => throw new UsageException($"{Name}: '{part}' is not known; use modern, legacy, packed, inorder, notification-data, latency=NS"),
            };
        }

        return options;
    }
}
