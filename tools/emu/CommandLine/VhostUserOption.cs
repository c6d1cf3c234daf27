using Emulator.Tool.Running;
using Emulator.Virtio;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.Tool.CommandLine;

/// <summary>Reads <c>--vhost-user blk|fs|net|vsock:SOCKET[,via=mmio|pci][,memory=copied|direct][,queues=N][,tag=NAME][,cid=N][,patience=SECONDS][,record=FILE]</c>.</summary>
internal static class VhostUserOption
{
    private const string Name = "--vhost-user";

    /// <summary>Reads one device.</summary>
    /// <param name="text">What was given; a comma in a name is doubled.</param>
    /// <exception cref="UsageException">It is wrong.</exception>
    public static VhostUserSettings Read(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            throw new UsageException($"{Name}: '{text}' is not known; use KIND:SOCKET");
        }

        VhostUserDevice device = Values.OneOf(Name, text[..colon], "blk", "fs", "net", "vsock") switch
        {
            "blk" => VhostUserDevice.Block,
            "fs" => VhostUserDevice.FileSystem,
            "net" => VhostUserDevice.Net,
            _ => VhostUserDevice.Socket,
        };
        return Read(Name, device, text[(colon + 1)..]);
    }

    /// <summary>Reads what follows the kind.</summary>
    /// <param name="option">The option that it is part of.</param>
    /// <param name="device">The kind.</param>
    /// <param name="text">Socket, and what was chosen.</param>
    /// <exception cref="UsageException">It is wrong.</exception>
    public static VhostUserSettings Read(string option, VhostUserDevice device, string text)
    {
        string[] parts = Values.Parts(text);
        if (parts[0].Length == 0)
        {
            throw new UsageException($"{option}: the back end's socket is missing");
        }

        var options = new VhostUserOptions();
        foreach (string part in parts[1..])
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            (string key, string value) = equals < 0 ? (part, "") : (part[..equals], part[(equals + 1)..]);
            options = key switch
            {
                "via" => options with { Transport = Values.OneOf($"{option} via", value, "mmio", "pci") == "pci" ? VirtioTransport.Pci : VirtioTransport.Mmio },
                "memory" => options with { IsDirect = Values.OneOf($"{option} memory", value, "copied", "direct") == "direct" },
                "record" => options with { RecordFile = value.Length > 0 ? value : throw new UsageException($"{option} record: the file's name is missing") },
                "patience" => options with { Patience = Values.Seconds($"{option} patience", value) },
                "queues" when device is VhostUserDevice.Block or VhostUserDevice.FileSystem =>
                    options with { Queues = (int)Values.Count($"{option} queues", value, 1, VhostUserOptions.MostQueues) },
                "tag" when device == VhostUserDevice.FileSystem => WithTag(option, options, value),
                "cid" when device == VhostUserDevice.Socket => options with { ContextId = (uint)Values.Count($"{option} cid", value, 3, uint.MaxValue - 1) },
                _ => throw new UsageException($"{option}: '{part}' is not known; use via=mmio|pci, memory=copied|direct, patience=SECONDS, record=FILE{Others(device)}"),
            };
        }

        return options is { IsDirect: true, RecordFile: not null }
            ? throw new UsageException($"{option}: record goes with memory=copied only, as nobody sees what a back end writes to the guest's memory")
            : new VhostUserSettings(device, parts[0], options);
    }

    private static string Others(VhostUserDevice device) => device switch
    {
        VhostUserDevice.Block => ", queues=N",
        VhostUserDevice.FileSystem => ", queues=N, tag=NAME",
        VhostUserDevice.Socket => ", cid=N",
        _ => "",
    };

    private static VhostUserOptions WithTag(string option, VhostUserOptions options, string tag)
    {
        try
        {
            return options with { Tag = tag };
        }
        catch (ArgumentException)
        {
            throw new UsageException($"{option} tag: '{tag}' is no tag; use 1 to {VhostUserOptions.LongestTag} bytes");
        }
    }
}
