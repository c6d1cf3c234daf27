using Emulator.Tool.Running;
using Emulator.Virtio;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Faults;

namespace Emulator.Tool.CommandLine;

/// <summary>Reads addresses of virtio-proxy back ends.</summary>
internal static class ProxyOption
{
    private const string ReplayPrefix = "replay:";

    /// <summary>Reads <c>--proxy ADDRESS|replay:FILE[,via=mmio|pci][,memory=chains|copied|direct|fat][,record=FILE][,timeout=SECONDS][,fault=KIND:MESSAGE...][,fault-seed=N][,fault-delay=SECONDS]</c>.</summary>
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
                "fault" when !isReplay => WithFaults(settings, plan => ReadFaults(option, value) with { Seed = plan.Seed, Delay = plan.Delay }),
                "fault-seed" when !isReplay => WithFaults(settings, plan => plan with { Seed = Values.Number($"{option} fault-seed", value) }),
                "fault-delay" when !isReplay => WithFaults(settings, plan => plan with { Delay = Values.Seconds($"{option} fault-delay", value) }),
                "timeout" when !isReplay => settings with { Options = WithTimeout(settings.Options, Values.Seconds($"{option} timeout", value)) },
                _ => throw new UsageException($"{option}: '{part}' is not known; use via=mmio|pci{(isReplay ? "" : ", memory=chains|copied|direct|fat, record=FILE, timeout=SECONDS, fault=KIND:MESSAGE..., fault-seed=N, fault-delay=SECONDS")}"),
            };
        }

        return settings;
    }

    private static ProxySettings WithFaults(ProxySettings settings, Func<FaultPlan, FaultPlan> change) =>
        settings with { Options = settings.Options with { Faults = change(settings.Options.Faults ?? new FaultPlan([])) } };

    // A request is answered by then, and a lost back end is given up after twice that.
    private static ProxyOptions WithTimeout(ProxyOptions options, TimeSpan timeout) => options with { RequestTimeout = timeout, LossTimeout = 2 * timeout };

    private static FaultPlan ReadFaults(string option, string text)
    {
        try
        {
            return FaultPlan.Parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException($"{option} fault: {e.Message}");
        }
    }

    private static ProxyMemory ReadMemory(string option, string text) => Values.OneOf(option, text, "chains", "copied", "direct", "fat") switch
    {
        "chains" => ProxyMemory.Chains,
        "copied" => ProxyMemory.Copied,
        "direct" => ProxyMemory.Direct,
        _ => ProxyMemory.Fat,
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
