namespace Emulator.Interrupts;

/// <summary>The distributor's registers as Secure or as Non-secure accesses see them.</summary>
/// <param name="distributor">The distributor.</param>
/// <param name="secure">Which accesses.</param>
internal sealed class GicDistributorView(GicDistributor distributor, bool secure) : IGicBankView
{
    public GicDistributor Distributor { get; } = distributor;

    public bool FullAccess => secure || Distributor.SecurityDisabled;

    public bool SecurityDisabled => Distributor.SecurityDisabled;

    public GicInterruptBank Bank(int index) => Distributor.Bank(index);
}
