namespace Emulator.Fuzz;

/// <summary>Random numbers that are the same everywhere (SplitMix64).</summary>
/// <param name="seed">Where they begin.</param>
internal sealed class FuzzRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong UInt64()
    {
        ulong value = _state += 0x9e3779b97f4a7c15;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }

    /// <summary>A number below a limit.</summary>
    public uint Next(uint limit) => (uint)(UInt64() % limit);

    /// <summary>True once in so many times.</summary>
    public bool Once(uint times) => Next(times) == 0;

    /// <summary>A choice.</summary>
    public uint Of(params ReadOnlySpan<uint> choices) => choices[(int)Next((uint)choices.Length)];
}
