using Emulator.Memory;

namespace Emulator.VirtioProxy.Device;

/// <summary>
/// A page of registers by which a guest that is a back end raises interrupts of another machine's devices (docs/virtio-proxy.md, section 9): a store of a queue's index to offset 4 x dev_num tells that requests of that
/// queue are done. It reads as zero.
/// </summary>
/// <param name="name">A name, unique in the machine.</param>
/// <param name="raise">Told the device and the queue.</param>
internal sealed class InterruptTrigger(string name, Action<ushort, uint> raise) : IMmioDevice
{
    private const int RegisterLength = 4;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public ulong Length => GuestRam.PageSize;

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access) => 0;

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value)
    {
        if (access.Size == RegisterLength && access.Offset % RegisterLength == 0)
        {
            raise((ushort)(access.Offset / RegisterLength), (uint)value);
        }

        return BusStatus.Ok;
    }

    /// <inheritdoc/>
    public void Reset(ResetKind kind)
    {
        // It keeps nothing.
    }
}
