namespace Emulator.Interrupts;

/// <summary>A redistributor's registers as Secure or as Non-secure accesses see them.</summary>
/// <param name="redistributor">The redistributor.</param>
/// <param name="secure">Which accesses.</param>
internal sealed class GicRedistributorView(GicRedistributor redistributor, bool secure) : IGicBankView
{
    public GicRedistributor Redistributor { get; } = redistributor;

    public bool FullAccess => secure || SecurityDisabled;

    public bool SecurityDisabled => Redistributor.SecurityDisabled;

    public GicInterruptBank Bank(int index) => Redistributor.Bank;
}
