using Emulator.Cpu.Features;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Words that the architecture leaves CONSTRAINED UNPREDICTABLE (Arm ARM K1.2): there each CPU may do otherwise.</summary>
internal static class Unpredictable
{
    /// <summary>True for such a word.</summary>
    public static bool Is(A64Row row, uint word)
    {
        uint? rn = row.Extract("Rn", word);
        uint? rt = row.Extract("Rt", word);
        uint? rt2 = row.Extract("Rt2", word);
        uint? rs = row.Extract("Rs", word);
        bool isSimd = row.Feature is CpuFeature.Fp or CpuFeature.AdvSimd;
        if (Is("Indexed") && !isSimd && rn != 31 && (rn == rt || rn == rt2))
        {
            return true;
        }

        if (Is("Load") && Is("Pair") && rt == rt2)
        {
            return true;
        }

        return Is("Store") && Is("Exclusive") && (rs == rt || rs == rt2 || (rs == rn && rn != 31));

        bool Is(string part) => row.Name.Contains(part, StringComparison.Ordinal);
    }
}
