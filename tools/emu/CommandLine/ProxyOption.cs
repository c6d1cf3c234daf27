using Emulator.Tool.Running;
using Emulator.Virtio;
using Emulator.VirtioProxy;

namespace Emulator.Tool.CommandLine;

/// <summary>Reads addresses of virtio-proxy back ends.</summary>
internal static class ProxyOption
{
    private const string ReplayPrefix = "replay:";

    /// <summary>Reads <c>--proxy ADDRESS|replay:FILE[,via=mmio|pci][,memory=chains|copied|direct][,record=FILE]</c>.</summary>
    /// <param name="option">The option that it was given to.</param>
    /// <param name="text">What was given; a comma in a name is doubled.</param>
    /// <exception cref="UsageException">It is wrong.</exception>
    public static ProxySettings ReadSettings(string option, string text)
    {
        string[] parts = Values.Parts(text);
        bool isReplay = parts[0].StartsWith(ReplayPrefix, StringComparison.Ordinal);
        var settings = new ProxySettings(isReplay ? null : Read(option, parts[0]), isReplay ? Name(option, parts[0][ReplayPrefix.Length..]) : null);
        foreach (string part in parts[1..])
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            (string key, string value) = equals < 0 ? (part, "") : (part[..equals], part[(equals + 1)..]);
            settings = key switch
            {
                "via" => settings with { Transport = Values.OneOf($"{option} via", value, "mmio", "pci") == "pci" ? VirtioTransport.Pci : VirtioTransport.Mmio },
                "memory" when !isReplay => settings with { Options = settings.Options with { Memory = ReadMemory($"{option} memory", value) } },
                "record" when !isReplay => settings with { Options = settings.Options with { RecordFile = Name($"{option} record", value) } },
                _ => throw new UsageException($"{option}: '{part}' is not known; use via=mmio|pci{(isReplay ? "" : ", memory=chains|copied|direct, record=FILE")}"),
            };
        }

        return settings;
    }

    private static ProxyMemory ReadMemory(string option, string text) => Values.OneOf(option, text, "chains", "copied", "direct") switch
    {
        "chains" => ProxyMemory.Chains,
        "copied" => ProxyMemory.Copied,
        _ => ProxyMemory.Direct,
    };

    private static string Name(string option, string text) => text.Length > 0 ? text : throw new UsageException($"{option}: the file's name is missing");

    /// <summary>Reads one.</summary>
    /// <param name="option">The option that it was given to.</param>
    /// <param name="text">What was given.</param>
    /// <exception cref="UsageException">It is none.</exception>
    public static ProxyAddress Read(string option, string text)
    {
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
