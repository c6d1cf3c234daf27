using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Emulator.Memory;

/// <summary>
/// Accesses that nothing implements: undeclared device registers, unknown system registers and instructions. Each is logged once and
/// counted for ever; none is an error of the host. What a guest can make the host remember is bounded: of the kinds beyond <see cref="MostKinds"/> there is one sum.
/// </summary>
public sealed partial class UnimplementedAccesses
{
    /// <summary>Kinds of access that are counted each on its own.</summary>
    internal const int MostKinds = 1024;

    private const string Others = "others";

    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly ILogger? _logger;

    /// <summary>Creates an empty record.</summary>
    /// <param name="logger">Where each access is told of the first time it is met.</param>
    public UnimplementedAccesses(ILogger? logger = null)
    {
        _logger = logger;
    }

    /// <summary>What was met, with counts, in ordinal order of the texts; <c>others</c> when there were too many kinds.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Counts an access.</summary>
    /// <param name="what">A stable text, for instance <c>pl011@9000000: read of 0x20</c>.</param>
    public void Report(string what)
    {
        if (_counts.TryGetValue(what, out long count))
        {
            _counts[what] = count + 1;
            return;
        }

        if (_counts.Count >= MostKinds)
        {
            _counts[Others] = _counts.GetValueOrDefault(Others) + 1;
            return;
        }

        _counts[what] = 1;
        if (_logger is not null)
        {
            LogUnimplemented(_logger, what);
        }
    }

    /// <summary>Counts an access to a device register.</summary>
    /// <param name="device">The device's name.</param>
    /// <param name="offset">The register's offset.</param>
    /// <param name="isWrite">True for a write.</param>
    [MethodImpl(MethodImplOptions.NoInlining)] // Making texts takes variables that registers which are there must not pay for.
    public void ReportRegister(string device, ulong offset, bool isWrite) =>
        Report($"{device}: {(isWrite ? "write to" : "read of")} 0x{offset:x3}");

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "not implemented: {What}")]
    private static partial void LogUnimplemented(ILogger logger, string what);
}
