using Emulator.Interrupts;

namespace Emulator.Cpu.System;

/// <summary>
/// Every system register and system instruction that the CPUs have, each declared once. The generic timers' registers (CNT*) and those of the GIC's CPU interface
/// (ICC_*, ICV_*, ICH_*) belong to banks outside the CPU.
/// </summary>
internal static partial class SystemRegisterTable
{
    private static readonly SystemRegister[] Rows =
    [
        .. Identification(),
        .. Control(),
        .. Control().Where(register => register.HasHostTwin).Select(register => register.AsEl12()),
        .. Debug(),
        .. Performance(),
        .. Cortex(),
        .. Extensions(),
        .. Instructions(),
    ];

    private static readonly Dictionary<ushort, int> Index = MakeIndex();

    private static readonly int[] Hosts = [.. Rows.Select(FindHost)];

    /// <summary>All declarations.</summary>
    public static ReadOnlySpan<SystemRegister> All => Rows;

    /// <summary>The position in <see cref="All"/> of an encoding, or -1.</summary>
    public static int Find(ushort encoding) => Index.GetValueOrDefault(encoding, -1);

    /// <summary>The position of EL2's register that a host reaches by the name of EL1's at a position, or -1.</summary>
    public static int HostOf(int index) => Hosts[index];

    /// <summary>The name by which assemblers know any encoding: S3_0_C15_C2_0.</summary>
    public static string GenericName(ushort encoding) =>
        $"S{encoding >> 14}_{(encoding >> 11) & 7}_C{(encoding >> 7) & 15}_C{(encoding >> 3) & 15}_{encoding & 7}";

    private static Dictionary<ushort, int> MakeIndex()
    {
        var index = new Dictionary<ushort, int>(Rows.Length);
        foreach (SystemRegister row in Rows)
        {
            index.Add(row.Encoding, index.Count);
        }

        return index;
    }

    // EL2's registers have op1 = 4 where EL1's have 0; only CPTR_EL2, which stands for CPACR_EL1, is elsewhere.
    private static int FindHost(SystemRegister register) =>
        !register.HasHostTwin ? -1 : register.Name == "CPACR_EL1" ? Find(SystemRegisterAccess.Encode(3, 4, 1, 1, 2)) : Find((ushort)(register.Encoding | (4 << 11)));
}
