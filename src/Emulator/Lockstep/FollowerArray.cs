using Emulator.Memory;

namespace Emulator.Lockstep;

/// <summary>A window of the follower's bus where the leader has ROM or flash: a copy of the array.</summary>
internal sealed class FollowerArray(FollowerOutside outside, BusRegion leader, GuestRam array)
    : FollowerDevice(outside, leader), IMemoryMappedArray
{
    /// <inheritdoc/>
    public event Action? ArrayReadableChanged;

    /// <inheritdoc/>
    public GuestRam Array => array;

    /// <inheritdoc/>
    public bool IsArrayReadable { get; private set; }

    /// <summary>Shows the array as memory, or no longer.</summary>
    public void SetReadable(bool readable)
    {
        if (IsArrayReadable != readable)
        {
            IsArrayReadable = readable;
            ArrayReadableChanged?.Invoke();
        }
    }
}
