using Emulator.Tool.Running;
using Emulator.Virtio;
using Emulator.Virtio.Devices.Share;

namespace Emulator.Tool.CommandLine;

/// <summary>Reads <c>--share FOLDER[,tag=NAME][,readonly][,via=mmio|pci]</c>.</summary>
internal static class ShareOption
{
    private const string Name = "--share";

    /// <summary>Reads all folders; each has a tag of its own.</summary>
    /// <exception cref="UsageException">One is wrong, or two have the same tag.</exception>
    public static IReadOnlyList<ShareSettings> ReadAll(IEnumerable<string> texts)
    {
        ShareSettings[] shares = [.. texts.Select(Read)];
        return shares.GroupBy(share => share.Options.Tag, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } same
            ? throw new UsageException($"{Name}: two folders have the tag '{same.Key}'; give each a tag=NAME of its own")
            : shares;
    }

    /// <summary>Reads one folder.</summary>
    /// <param name="text">What was given; a comma in a folder's name is doubled.</param>
    /// <exception cref="UsageException">It is wrong.</exception>
    public static ShareSettings Read(string text)
    {
        string[] parts = Values.Parts(text);
        if (parts[0].Length == 0)
        {
            throw new UsageException($"{Name}: a folder's name is missing");
        }

        var options = new VirtioShareOptions();
        foreach (string part in parts[1..])
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            (string key, string value) = equals < 0 ? (part, "") : (part[..equals], part[(equals + 1)..]);
            options = (key, equals >= 0) switch
            {
                ("readonly", false) => options with { IsReadOnly = true },
                ("tag", true) => WithTag(options, value),
                ("via", true) => options with { Transport = Values.OneOf($"{Name} via", value, "mmio", "pci") == "pci" ? VirtioTransport.Pci : VirtioTransport.Mmio },
                _ => throw new UsageException($"{Name}: '{part}' is not known; use tag=NAME, readonly, via=mmio|pci"),
            };
        }

        return new ShareSettings(parts[0], options);
    }

    private static VirtioShareOptions WithTag(VirtioShareOptions options, string tag)
    {
        try
        {
            return options with { Tag = tag };
        }
        catch (ArgumentException)
        {
            throw new UsageException($"{Name} tag: '{tag}' is no tag; use 1 to {VirtioShareOptions.MostTagCharacters} ASCII characters without spaces");
        }
    }
}
