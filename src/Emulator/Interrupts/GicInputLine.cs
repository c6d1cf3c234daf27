namespace Emulator.Interrupts;

/// <summary>A wire into the distributor or a redistributor.</summary>
/// <param name="bank">The bank with its interrupt.</param>
/// <param name="bit">Its place in the bank, 0 to 31.</param>
internal sealed class GicInputLine(GicInterruptBank bank, int bit) : IInterruptLine
{
    public void Set(bool level) => bank.SetLevel(1u << bit, level);
}
