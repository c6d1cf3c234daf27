using Emulator.Testing.Network;
using Emulator.Tool.Running;
using Emulator.Virtio;
using Emulator.Virtio.Devices.Net;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.Tool.CommandLine;

/// <summary>Reads <c>--net none|lan|vhost-user:SOCKET[,via=mmio|pci][,memory=copied|direct][,pcap=FILE][,folder=DIR][,bootfile=NAME]</c>.</summary>
internal static class NetworkOption
{
    private const string Name = "--net";

    /// <summary>Reads the network.</summary>
    /// <param name="text">What was given; a comma in a name is doubled.</param>
    /// <returns>Null for none.</returns>
    /// <exception cref="UsageException">It is wrong.</exception>
    public static NetworkSettings? Read(string text)
    {
        string[] parts = Values.Parts(text);
        if (parts[0].StartsWith("vhost-user:", StringComparison.Ordinal))
        {
            return new NetworkSettings(new LanOptions(), new VirtioNetOptions(), null) { Served = VhostUserOption.Read(Name, VhostUserDevice.Net, text["vhost-user:".Length..]) };
        }

        if (Values.OneOf(Name, parts[0], "none", "lan") == "none")
        {
            return parts.Length == 1 ? null : throw new UsageException($"{Name}: nothing can be chosen about none");
        }

        return ReadLan(Name, parts[1..], isServed: false);
    }

    /// <summary>Reads what a lan offers that is served to others.</summary>
    /// <param name="option">What it was given as.</param>
    /// <param name="text">Nothing, or a comma and what was chosen.</param>
    /// <exception cref="UsageException">It is wrong.</exception>
    public static NetworkSettings ReadLan(string option, string text) => ReadLan(option, Values.Parts(text)[1..], isServed: true);

    private static NetworkSettings ReadLan(string option, string[] parts, bool isServed)
    {
        var network = new NetworkSettings(new LanOptions(), new VirtioNetOptions(), null);
        foreach (string part in parts)
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            (string key, string value) = equals < 0 ? (part, "") : (part[..equals], part[(equals + 1)..]);
            network = (key, value.Length > 0) switch
            {
                ("via", true) when !isServed => network with { Device = new VirtioNetOptions { Transport = Values.OneOf($"{option} via", value, "mmio", "pci") == "pci" ? VirtioTransport.Pci : VirtioTransport.Mmio } },
                ("pcap", true) => network with { Capture = value },
                ("folder", true) => network with { Lan = network.Lan with { Folder = value } },
                ("bootfile", true) => network with { Lan = network.Lan with { BootFile = value } },
                _ => throw new UsageException($"{option}: '{part}' is not known; use {(isServed ? "" : "via=mmio|pci, ")}pcap=FILE, folder=DIR, bootfile=NAME"),
            };
        }

        return network;
    }
}
