namespace Emulator.Interrupts;

/// <summary>Who must look again when interrupts of a bank have changed: the distributor or one redistributor.</summary>
internal interface IGicBankObserver
{
    /// <summary>Something that decides which interrupt is the highest pending has changed.</summary>
    /// <param name="bank">Where.</param>
    void BankChanged(GicInterruptBank bank);
}
