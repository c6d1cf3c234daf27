using System.Buffers.Binary;
using System.Text;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy;

/// <summary>Where a front end has put a device that a back end serves (docs/virtio-proxy.md, section 3, SLOT_INFO).</summary>
/// <param name="Address">Physical address of its registers on the front end's board, or null where the driver chooses it (PCI).</param>
/// <param name="Length">Length of the registers in bytes; 0 without an address.</param>
/// <param name="Interrupt">The interrupt's number at the interrupt controller (INTID), or null.</param>
/// <param name="DeviceId">The virtio device id that the slot is for.</param>
/// <param name="IsReadOnly">True when the guest is told that it cannot write to it.</param>
/// <param name="Settings">What else the front end tells, as "key=value".</param>
public sealed record ProxySlot(ulong? Address, ulong Length, int? Interrupt, int DeviceId, bool IsReadOnly, IReadOnlyList<string> Settings)
{
    /// <summary>In the flags: the device is read-only.</summary>
    internal const uint ReadOnlyFlag = 1;

    /// <summary>Reads the entries of a slot; those that are not known, or too short, are passed over.</summary>
    internal static ProxySlot Read(ReadOnlySpan<byte> entries)
    {
        var slot = new ProxySlot(null, 0, null, 0, false, []);
        List<string> settings = [];
        while (SlotEntries.TryTake(ref entries, out SlotTag tag, out ReadOnlySpan<byte> value))
        {
            slot = (tag, value.Length) switch
            {
                (SlotTag.Address, >= sizeof(ulong)) => slot with { Address = BinaryPrimitives.ReadUInt64LittleEndian(value) },
                (SlotTag.Length, >= sizeof(ulong)) => slot with { Length = BinaryPrimitives.ReadUInt64LittleEndian(value) },
                (SlotTag.Interrupt, >= sizeof(uint)) => slot with { Interrupt = BinaryPrimitives.ReadInt32LittleEndian(value) },
                (SlotTag.DeviceId, >= sizeof(uint)) => slot with { DeviceId = BinaryPrimitives.ReadInt32LittleEndian(value) },
                (SlotTag.Flags, >= sizeof(uint)) => slot with { IsReadOnly = (BinaryPrimitives.ReadUInt32LittleEndian(value) & ReadOnlyFlag) != 0 },
                _ => slot,
            };
            if (tag == SlotTag.Setting)
            {
                settings.Add(Encoding.UTF8.GetString(value));
            }
        }

        return slot with { Settings = settings };
    }
}
