namespace Emulator.Interrupts;

/// <summary>
/// Interrupt groups, as a set. The bits stand where GICD_CTLR has its enables, so that register and set are one. With one security
/// state there is no <see cref="SecureGroup1"/>, and Group 1 is <see cref="NonSecureGroup1"/>.
/// </summary>
[Flags]
internal enum GicGroups
{
    None = 0,
    Group0 = 1,
    NonSecureGroup1 = 2,
    SecureGroup1 = 4,
    Group1 = NonSecureGroup1 | SecureGroup1,
    All = Group0 | Group1,
}
