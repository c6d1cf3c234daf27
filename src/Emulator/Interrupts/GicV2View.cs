namespace Emulator.Interrupts;

/// <summary>A GICv2's registers as one CPU sees them in one security state.</summary>
/// <param name="gic">The controller.</param>
/// <param name="cpu">The CPU.</param>
/// <param name="secure">The security state of the accesses.</param>
internal sealed class GicV2View(GicV2 gic, GicV2Cpu cpu, bool secure) : IGicBankView
{
    public GicV2 Gic { get; } = gic;

    public GicV2Cpu Cpu { get; } = cpu;

    public bool FullAccess => secure || SecurityDisabled;

    public bool SecurityDisabled => Gic.SecurityDisabled;

    public GicInterruptBank Bank(int index) => index == 0 ? Cpu.Bank : Gic.Distributor.Bank(index);
}
