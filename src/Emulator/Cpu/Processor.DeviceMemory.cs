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

    private bool LoadFromDevice(in DeviceTlbEntry entry, ulong address, ulong offset, int size, out ulong value)
    {
        Polls?.NotePoll(State);
        BusResult result = Bus.ReadDevice(entry.Region!, offset, size, Initiator, entry.IsSecure);
        value = result.Value;
        return result.Status == BusStatus.Ok || EndAccess(address, AccessKind.Read, default, result.Status);
    }

    private bool StoreToDevice(in DeviceTlbEntry entry, ulong address, ulong offset, ulong value, int size)
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
