using Emulator.Memory;

namespace Emulator.Lockstep;

/// <summary>A window of the follower's bus where the leader has a device.</summary>
internal class FollowerDevice(FollowerOutside outside, BusRegion leader) : IMmioDevice
{
    /// <inheritdoc/>
    public string Name => leader.Name;

    /// <inheritdoc/>
    public ulong Length => leader.Length;

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access) => outside.ReadDevice(leader.Base + access.Offset, access);

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value) => outside.WriteDevice(leader.Base + access.Offset, access, value);

    /// <inheritdoc/>
    public void Reset(ResetKind kind)
    {
        // It has no state.
    }
}
