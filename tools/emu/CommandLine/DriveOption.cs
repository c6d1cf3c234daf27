using Emulator.Tool.Running;
using Emulator.Virtio;
using Emulator.Virtio.Devices.Block;

namespace Emulator.Tool.CommandLine;

/// <summary>Reads <c>--drive FILE[,via=mmio|pci|sd|uhs2][,readonly][,format=raw][,snapshot][,id=TEXT][,queues=N]</c>.</summary>
internal static class DriveOption
{
    private const string Name = "--drive";

    /// <summary>Reads one drive.</summary>
    /// <param name="text">What was given; a comma in a file's name is doubled.</param>
    /// <exception cref="UsageException">It is wrong.</exception>
    /// <exception cref="NotAvailableException">Something is asked for that is not built yet.</exception>
    public static DriveSettings Read(string text)
    {
        string[] parts = Values.Parts(text);
        if (parts[0].Length == 0)
        {
            throw new UsageException($"{Name}: a file name is missing");
        }

        var options = new VirtioBlockOptions();
        foreach (string part in parts[1..])
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            (string key, string value) = equals < 0 ? (part, "") : (part[..equals], part[(equals + 1)..]);
            options = (key, equals >= 0) switch
            {
                ("readonly", false) => options with { IsReadOnly = true },
                ("snapshot", false) => options with { IsSnapshot = true },
                ("format", true) => CheckFormat(value, options),
                ("via", true) => WithVia(options, value),
                ("id", true) => WithId(options, value),
                ("queues", true) => options with { Queues = (int)Values.Count($"{Name} queues", value, 1, VirtioBlockOptions.MostQueues) },
                _ => throw new UsageException($"{Name}: '{part}' is not known; use via=mmio|pci, readonly, format=raw, snapshot, id=TEXT, queues=N"),
            };
        }

        return new DriveSettings(parts[0], options);
    }

    private static VirtioBlockOptions WithVia(VirtioBlockOptions options, string via) => Values.OneOf($"{Name} via", via, "mmio", "pci", "sd", "uhs2") switch
    {
        "mmio" => options,
        "pci" => options with { Transport = VirtioTransport.Pci },
        _ => throw new NotAvailableException($"{Name} via={via}"),
    };

    private static VirtioBlockOptions CheckFormat(string format, VirtioBlockOptions options)
    {
        _ = Values.OneOf($"{Name} format", format, "raw");
        return options;
    }

    private static VirtioBlockOptions WithId(VirtioBlockOptions options, string id)
    {
        try
        {
            return options with { Id = id };
        }
        catch (ArgumentException)
        {
            throw new UsageException($"{Name} id: '{id}' is no id; use at most 20 ASCII characters");
        }
    }
}
