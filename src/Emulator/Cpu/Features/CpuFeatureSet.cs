using System.Runtime.CompilerServices;

namespace Emulator.Cpu.Features;

/// <summary>The features that a CPU has; <see cref="CpuFeature.Base"/> always is one of them.</summary>
internal readonly record struct CpuFeatureSet
{
    private readonly ulong _low;
    private readonly ulong _high;

    private CpuFeatureSet(ulong low, ulong high)
    {
        _low = low;
        _high = high;
    }

    /// <summary>The set of some features.</summary>
    public static CpuFeatureSet Of(params ReadOnlySpan<CpuFeature> features) => default(CpuFeatureSet).With(features);

    /// <summary>Whether a CPU has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(CpuFeature feature) => feature == CpuFeature.Base || ((feature < (CpuFeature)64 ? _low : _high) >> ((int)feature & 63) & 1) != 0;

    /// <summary>This set and some more.</summary>
    public CpuFeatureSet With(params ReadOnlySpan<CpuFeature> features)
    {
        CpuFeatureSet more = Union(features);
        return new CpuFeatureSet(_low | more._low, _high | more._high);
    }

    /// <summary>This set without some of them.</summary>
    public CpuFeatureSet Without(params ReadOnlySpan<CpuFeature> features)
    {
        CpuFeatureSet less = Union(features);
        return new CpuFeatureSet(_low & ~less._low, _high & ~less._high);
    }

    private static CpuFeatureSet Union(ReadOnlySpan<CpuFeature> features)
    {
        ulong low = 0;
        ulong high = 0;
        foreach (CpuFeature feature in features)
        {
            ulong bit = feature == CpuFeature.Base ? 0 : 1UL << ((int)feature & 63);
            low |= feature < (CpuFeature)64 ? bit : 0;
            high |= feature < (CpuFeature)64 ? 0 : bit;
        }

        return new CpuFeatureSet(low, high);
    }
}
