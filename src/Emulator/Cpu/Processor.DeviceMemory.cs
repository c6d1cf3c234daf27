using System.Runtime.CompilerServices;
using Emulator.Cpu.System;
using Emulator.Memory;

namespace Emulator.Cpu;

/// <summary>Loads and stores that the TLB of devices answers: the translation, and which window of the bus it is, are known.</summary>
internal sealed unsafe partial class Processor
{
    // A tag with bits that no entry has when the access is not aligned.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong DeviceTagFor(ulong address, int size, bool unprivileged) => TagFor(address, unprivileged) | (address & (ulong)(size - 1));

    /// <summary>Finds where a load or store goes, if the TLB of devices knows.</summary>
    /// <param name="address">Virtual address.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="isStore">True for a store.</param>
    /// <param name="offset">Where in the device's window.</param>
    /// <returns>The TLB's entry, or a null reference.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref DeviceTlbEntry FindDevice(ulong address, int size, bool isStore, out ulong offset)
    {
        ref DeviceTlbEntry entry = ref Tlb.DeviceEntryFor(address);
        offset = 0;
        return ref (isStore ? entry.WriteTag : entry.ReadTag) == DeviceTagFor(address, size, unprivileged: false) && entry.TryGetOffset(address, size, out offset)
            ? ref entry
            : ref Unsafe.NullRef<DeviceTlbEntry>();
    }

    /// <summary>Loads from a device; counts and PC are exact.</summary>
    /// <returns>False when an exception was taken or the access is parked.</returns>
    internal bool LoadFromDevice(in DeviceTlbEntry entry, ulong address, ulong offset, int size, out ulong value)
    {
        Polls?.NotePoll(State);
        BusStatus status = Bus.ReadDevice(entry.Region!, offset, size, Initiator, entry.IsSecure, out value);
        return status == BusStatus.Ok || EndAccess(address, AccessKind.Read, default, status);
    }

    /// <summary>Stores to a device; counts and PC are exact.</summary>
    /// <returns>False when an exception was taken or the access is parked.</returns>
    internal bool StoreToDevice(in DeviceTlbEntry entry, ulong address, ulong offset, ulong value, int size)
    {
        Polls?.NoteEffect();
        BusStatus status = Bus.WriteDevice(entry.Region!, offset, value, size, Initiator, entry.IsSecure);
        return status == BusStatus.Ok || EndAccess(address, AccessKind.Write, default, status);
    }

    private void FillForDevice(ulong address, int size, bool unprivileged, AccessKind kind, in Translation translation)
    {
        if ((Events & DebugEvents.Watchpoints) != 0 || Bus.FindDevice(translation.PhysicalAddress, size, translation.Secure) is not { } region)
        {
            return;
        }

        ulong tag = TagFor(address, unprivileged);
        ref DeviceTlbEntry entry = ref Tlb.DeviceEntryFor(address);
        if (entry.Region != region || (entry.ReadTag != tag && entry.WriteTag != tag))
        {
            entry = DeviceTlbEntry.Invalid;
        }

        (kind == AccessKind.Write ? ref entry.WriteTag : ref entry.ReadTag) = tag;
        entry.Region = region;
        entry.PhysicalPage = translation.PhysicalAddress & ~(ulong)PageMask;
        entry.IsSecure = translation.Secure;
    }
}
