namespace Emulator.Interrupts;

/// <summary>A register frame as accesses of one security state see it, for the registers that distributor and redistributor share.</summary>
internal interface IGicBankView
{
    /// <summary>True for accesses without restrictions: Secure ones, and all while GICD_CTLR.DS is set.</summary>
    bool FullAccess { get; }

    /// <summary>GICD_CTLR.DS: there is one security state.</summary>
    bool SecurityDisabled { get; }

    /// <summary>The interrupts behind the registers.</summary>
    /// <param name="index">Index of the bank in the frame; where no interrupts are, a bank without any.</param>
    GicInterruptBank Bank(int index);
}
