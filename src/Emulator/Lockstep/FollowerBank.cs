using Emulator.Interrupts;

namespace Emulator.Lockstep;

/// <summary>The registers outside one of the follower's CPUs.</summary>
internal sealed class FollowerBank(FollowerOutside outside, int cpu) : ISystemRegisterBank
{
    /// <inheritdoc/>
    public SystemRegisterResult Read(in SystemRegisterAccess access, out ulong value) => outside.ReadRegister(cpu, access.Register, out value);

    /// <inheritdoc/>
    public SystemRegisterResult Write(in SystemRegisterAccess access, ulong value) => outside.WriteRegister(cpu, access.Register, value);
}
