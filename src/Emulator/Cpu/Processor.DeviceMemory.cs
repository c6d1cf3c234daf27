using System.Runtime.CompilerServices;
using Emulator.Cpu.System;
using Emulator.Memory;

namespace Emulator.Cpu;

/// <summary>Loads and stores that the TLB of devices answers: the translation, and which window of the bus it is, are known.</summary>
internal sealed unsafe partial class Processor
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong DeviceTagFor(ulong address, int size, bool unprivileged) =>
        unprivileged ? TagFor(address, true) | (address & (ulong)(size - 1)) : State->TagOf(address, size);

    /// <summary>Loads from a device; counts and PC are exact.</summary>
    /// <returns>False when an exception was taken or the access is parked.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool LoadFromDevice(in DeviceTlbEntry entry, ulong address, ulong offset, int size, out ulong value)
    {
        Polls?.NotePoll(State);
        BusStatus status = Bus.ReadDevice(entry.Region!, offset, size, Initiator, entry.IsSecure, out value);
        return status == BusStatus.Ok || EndDeviceAccess(address, AccessKind.Read, status);
    }

    /// <summary>Stores to a device; counts and PC are exact.</summary>
    /// <returns>False when an exception was taken or the access is parked.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool StoreToDevice(in DeviceTlbEntry entry, ulong address, ulong offset, ulong value, int size)
    {
        Polls?.NoteEffect();
        BusStatus status = Bus.WriteDevice(entry.Region!, offset, value, size, Initiator, entry.IsSecure);
        return status == BusStatus.Ok || EndDeviceAccess(address, AccessKind.Write, status);
    }

    // By itself, so that ways on which all is well do not carry its variables.
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal bool EndDeviceAccess(ulong address, AccessKind kind, BusStatus status) => EndAccess(address, kind, default, status);

    private void FillForDevice(ulong address, int size, bool unprivileged, AccessKind kind, in Translation translation)
    {
        if ((Events & DebugEvents.Watchpoints) != 0 || Bus.FindDevice(translation.PhysicalAddress, size, translation.Secure) is not { Length: >= sizeof(ulong) } region)
        {
            return;
        }

        ulong tag = TagFor(address, unprivileged);
        ref DeviceTlbEntry entry = ref Tlb.DeviceEntryFor(address);
        if (entry.Region != region || (entry.ReadTag != tag && entry.WriteTag != tag))
        {
            entry = DeviceTlbEntry.Invalid;
            Tlb.Sites.Forget();
        }

        (kind == AccessKind.Write ? ref entry.WriteTag : ref entry.ReadTag) = tag;
        entry.Region = region;
        entry.Addend = translation.PhysicalAddress - address - region.Base;
        entry.Length = region.Length;
        entry.IsSecure = translation.Secure;
    }
}
