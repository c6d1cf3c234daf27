namespace Emulator.Interrupts;

/// <summary>An access to a system register as a bank outside the CPU sees it.</summary>
/// <param name="Register">The encoding, see <see cref="Encode"/>: bits 20 to 5 of the MRS/MSR instruction.</param>
/// <param name="ExceptionLevel">The level that accesses, 0 to 3.</param>
/// <param name="Secure">True in the secure state.</param>
/// <param name="HypervisorConfiguration">HCR_EL2, zero where EL2 is absent or disabled.</param>
/// <param name="SecureConfiguration">SCR_EL3; where EL3 is absent, NS is set and nothing is trapped.</param>
public readonly record struct SystemRegisterAccess(
    ushort Register,
    int ExceptionLevel,
    bool Secure,
    ulong HypervisorConfiguration,
    ulong SecureConfiguration)
{
    /// <summary>Packs a register's name as the instruction does.</summary>
    /// <param name="op0">op0, 0 to 3.</param>
    /// <param name="op1">op1, 0 to 7.</param>
    /// <param name="crn">CRn, 0 to 15.</param>
    /// <param name="crm">CRm, 0 to 15.</param>
    /// <param name="op2">op2, 0 to 7.</param>
    public static ushort Encode(int op0, int op1, int crn, int crm, int op2) =>
        (ushort)((op0 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2);
}
