namespace Emulator.Interrupts;

/// <summary>The interrupts that all CPUs share, as a search for the most urgent one sees them.</summary>
internal interface IGicSharedInterrupts
{
    /// <summary>Banks of 32 interrupts, counting that of the SGIs and PPIs.</summary>
    int BankCount { get; }

    /// <summary>True when there is one security state.</summary>
    bool SecurityDisabled { get; }

    /// <summary>The SPIs of a bank; a bank without any where there are none.</summary>
    /// <param name="index">INTID / 32.</param>
    GicInterruptBank Bank(int index);

    /// <summary>The interrupts of a bank that any one CPU may take.</summary>
    /// <param name="index">INTID / 32.</param>
    uint OneOfN(int index);
}
