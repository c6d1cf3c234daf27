using System.Globalization;
using System.Text.RegularExpressions;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Faults;

/// <summary>A fault, and the messages that it is for.</summary>
/// <param name="Kind">What happens.</param>
public sealed partial record FaultRule(FaultKind Kind)
{
    /// <summary>Whose messages.</summary>
    public FaultSide Side { get; init; }

    /// <summary>The message's name as docs/virtio-proxy.md has it, for instance CHAIN_USED; null for any. A request and its response have one name.</summary>
    /// <exception cref="ArgumentException">There is no such message.</exception>
    public string? Message
    {
        get;
        init => (field, _ids) = value is null ? (null, []) : (value, FindIds(value));
    }

    /// <summary>The first of these messages that it happens to, from 1 on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public long First
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "messages are counted from 1 on");
    } = 1;

    /// <summary>How many messages it happens to, from that one on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public long Count
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "a fault happens at least once");
    } = 1;

    /// <summary>Among those, it happens to one in so many, chosen by the plan's seed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int OneIn
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "one in at least one");
    } = 1;

    private IReadOnlyList<(bool IsBus, byte Id)> _ids { get; init; } = [];

    /// <summary>Reads <c>KIND:MESSAGE[@FIRST][*COUNT][%ONEIN]</c>, where MESSAGE is <c>any</c> or a name, with <c>front.</c> or <c>back.</c> before it where one side's are meant: <c>drop:CHAIN_USED@3</c>, <c>corrupt:back.any*1000%50</c>.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public static FaultRule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Match match = Pattern().Match(text);
        if (!match.Success || !Enum.TryParse(match.Groups["kind"].Value, ignoreCase: true, out FaultKind kind))
        {
            throw new FormatException($"'{text}' is no fault; use drop|delay|duplicate|reorder|corrupt|disconnect|stall:[front.|back.]MESSAGE|any[@FIRST][*COUNT][%ONE-IN]");
        }

        string message = match.Groups["message"].Value;
        try
        {
            return new FaultRule(kind)
            {
                Side = match.Groups["side"].Value switch { "front." => FaultSide.FrontEnd, "back." => FaultSide.BackEnd, _ => FaultSide.Both },
                Message = message == "any" ? null : message,
                First = Number("first"),
                Count = Number("count"),
                OneIn = (int)Number("onein"),
            };
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"'{text}' is no fault: {e.Message}", e);
        }

        long Number(string group) => match.Groups[group] is { Success: true } given ? int.Parse(given.Value, NumberStyles.None, CultureInfo.InvariantCulture) : 1;
    }

    /// <summary>True when it is for messages of this kind.</summary>
    internal bool Concerns(FaultSide side, in MessageHeader header)
    {
        if (Side != FaultSide.Both && Side != side)
        {
            return false;
        }

        bool isOurs = _ids.Count == 0;
        foreach ((bool isBus, byte id) in _ids)
        {
            isOurs |= isBus == header.IsBus && id == header.Id;
        }

        return isOurs;
    }

    // A few names, as that of RESET, are of the bus only; none is of both with another meaning.
    private static IReadOnlyList<(bool IsBus, byte Id)> FindIds(string name)
    {
        string plain = name.Replace("_", "", StringComparison.Ordinal);
        List<(bool, byte)> ids = [];
        if (Enum.TryParse(plain, ignoreCase: true, out TransportMessage transport) && Enum.IsDefined(transport) && char.IsLetter(plain[0]))
        {
            ids.Add((false, (byte)transport));
        }

        if (Enum.TryParse(plain, ignoreCase: true, out BusMessage bus) && Enum.IsDefined(bus) && char.IsLetter(plain[0]))
        {
            ids.Add((true, (byte)bus));
        }

        return ids.Count > 0 ? ids : throw new ArgumentException($"there is no message '{name}'");
    }

    [GeneratedRegex(@"^(?<kind>[a-z]+):(?<side>front\.|back\.)?(?<message>\w+)(@(?<first>\d{1,9}))?(\*(?<count>\d{1,9}))?(%(?<onein>\d{1,9}))?$")]
    private static partial Regex Pattern();
}
