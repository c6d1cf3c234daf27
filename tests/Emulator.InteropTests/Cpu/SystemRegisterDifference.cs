namespace Emulator.InteropTests.Cpu;

/// <summary>An encoding of which two CPUs tell different things.</summary>
/// <param name="Scenario">What was looked at.</param>
/// <param name="Encoding">Bits 20 to 5 of the instruction.</param>
/// <param name="Qemu">What QEMU's CPU tells; null when it is UNDEFINED.</param>
/// <param name="Ours">What ours tells.</param>
internal sealed record SystemRegisterDifference(SystemRegisterScenario Scenario, int Encoding, string? Qemu, string? Ours)
{
    /// <summary>The encoding as assemblers write it.</summary>
    public string Name => $"S{Encoding >> 14}_{(Encoding >> 11) & 7}_C{(Encoding >> 7) & 15}_C{(Encoding >> 3) & 15}_{Encoding & 7}";

    /// <summary>True when ours, and QEMU's, keep ones that were written, ours fewer.</summary>
    public bool KeepsFewerBits
    {
        get
        {
            string[] qemu = Qemu?.Split(' ') ?? [];
            string[] ours = Ours?.Split(' ') ?? [];
            return qemu.Length == 3 && ours.Length == 3 && qemu[0] == ours[0]
                && (Convert.ToUInt64(ours[1], 16) & ~Convert.ToUInt64(qemu[1], 16) & ~Convert.ToUInt64(ours[2], 16)) == 0;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: QEMU {Qemu ?? "undefined"}, ours {Ours ?? "undefined"}";
}
