namespace Emulator.Memory;

/// <summary>The answer to a bus read: a value, a bus error, or "not yet".</summary>
/// <param name="Status">How the access ended.</param>
/// <param name="Value">The value read, zero-extended from the access size; zero unless <see cref="BusStatus.Ok"/>.</param>
public readonly record struct BusResult(BusStatus Status, ulong Value)
{
    /// <summary>A bus error.</summary>
    public static BusResult Error => new(BusStatus.Error, 0);

    /// <summary>The device cannot answer yet, see <see cref="BusStatus.Pending"/>.</summary>
    public static BusResult Pending => new(BusStatus.Pending, 0);

    /// <summary>A completed read.</summary>
    /// <param name="value">The value read.</param>
    public static implicit operator BusResult(ulong value) => new(BusStatus.Ok, value);

    /// <summary>A completed read.</summary>
    /// <param name="value">The value read.</param>
    public static BusResult FromUInt64(ulong value) => new(BusStatus.Ok, value);
}
