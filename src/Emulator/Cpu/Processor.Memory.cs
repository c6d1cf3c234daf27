using System.Runtime.CompilerServices;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;
using Emulator.Memory;

namespace Emulator.Cpu;

/// <summary>Loads and stores that the data TLB does not answer: translation, devices, page crossings, faults.</summary>
internal sealed unsafe partial class Processor
{
    private const int PageMask = GuestRam.PageSize - 1;

    /// <summary>Loads up to 8 bytes, zero-extended.</summary>
    /// <param name="operation">The operation that loads; counts and PC become exact.</param>
    /// <param name="address">Virtual address.</param>
    /// <param name="size">1, 2, 4 or 8.</param>
    /// <param name="unprivileged">True to check permissions as for EL0.</param>
    /// <param name="value">What was loaded.</param>
    /// <returns>False when an exception was taken or the access is parked: the handler must return <see cref="Flow.Continue"/>.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool Load(DecodedOperation* operation, ulong address, int size, bool unprivileged, out ulong value)
    {
        _ = Flow.Synchronize(State, operation);
        ref DeviceTlbEntry entry = ref Tlb.DeviceEntryFor(address);
        return entry.ReadTag == DeviceTagFor(address, size, unprivileged) && entry.TryGetOffset(address, size, out ulong offset)
            ? LoadFromDevice(entry, address, offset, size, out value)
            : LoadElsewhere(address, size, unprivileged, out value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool LoadElsewhere(ulong address, int size, bool unprivileged, out ulong value)
    {
        value = 0;
        if (!CheckAlignment(address, size, AccessKind.Read))
        {
            return false;
        }

        if ((address & PageMask) + (ulong)size <= GuestRam.PageSize)
        {
            return LoadInPage(address, size, unprivileged, out value);
        }

        int low = GuestRam.PageSize - (int)(address & PageMask);
        if (!TranslateData(address, AccessKind.Read, unprivileged, out _)
            || !TranslateData(address + (ulong)low, AccessKind.Read, unprivileged, out _))
        {
            return false;
        }

        for (int i = 0; i < size; i++)
        {
            if (!LoadInPage(address + (ulong)i, 1, unprivileged, out ulong part))
            {
                return false;
            }

            value |= part << (8 * i);
        }

        return true;
    }

    /// <summary>Stores up to 8 bytes.</summary>
    /// <param name="operation">The operation that stores; counts and PC become exact.</param>
    /// <param name="address">Virtual address.</param>
    /// <param name="value">What to store, in the low bits.</param>
    /// <param name="size">1, 2, 4 or 8.</param>
    /// <param name="unprivileged">True to check permissions as for EL0.</param>
    /// <returns>False when an exception was taken or the access is parked: the handler must return <see cref="Flow.Continue"/>.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool Store(DecodedOperation* operation, ulong address, ulong value, int size, bool unprivileged)
    {
        _ = Flow.Synchronize(State, operation);
        ref DeviceTlbEntry entry = ref Tlb.DeviceEntryFor(address);
        return entry.WriteTag == DeviceTagFor(address, size, unprivileged) && entry.TryGetOffset(address, size, out ulong offset)
            ? StoreToDevice(entry, address, offset, value, size)
            : StoreElsewhere(address, value, size, unprivileged);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool StoreElsewhere(ulong address, ulong value, int size, bool unprivileged)
    {
        if (!CheckAlignment(address, size, AccessKind.Write))
        {
            return false;
        }

        if ((address & PageMask) + (ulong)size <= GuestRam.PageSize)
        {
            return StoreInPage(address, value, size, unprivileged);
        }

        int low = GuestRam.PageSize - (int)(address & PageMask);
        if (!TranslateData(address, AccessKind.Write, unprivileged, out _)
            || !TranslateData(address + (ulong)low, AccessKind.Write, unprivileged, out _))
        {
            return false;
        }

        for (int i = 0; i < size; i++)
        {
            if (!StoreInPage(address + (ulong)i, value >> (8 * i), 1, unprivileged))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Checks that all of a range may be accessed, so that what follows faults nowhere half done.</summary>
    /// <param name="operation">The operation that accesses; counts and PC become exact.</param>
    /// <param name="address">Virtual address.</param>
    /// <param name="size">Bytes, at most a page.</param>
    /// <param name="kind">What for.</param>
    /// <param name="unprivileged">True to check permissions as for EL0.</param>
    /// <returns>False when an exception was taken.</returns>
    public bool Probe(DecodedOperation* operation, ulong address, int size, AccessKind kind, bool unprivileged)
    {
        _ = Flow.Synchronize(State, operation);
        ulong last = address + (ulong)size - 1;
        bool isInPage = ((address ^ last) & ~(ulong)PageMask) == 0;
        if (isInPage && kind == AccessKind.Write && KnowsStore(address, unprivileged, out _))
        {
            return true;
        }

        return TranslateData(address, kind, unprivileged, out _) && (isInPage || TranslateData(last & ~(ulong)PageMask, kind, unprivileged, out _));
    }

    /// <summary>Translates an address for data, or takes the exception.</summary>
    /// <param name="address">Virtual address; counts and PC must be exact.</param>
    /// <param name="kind">What for.</param>
    /// <param name="unprivileged">True to check permissions as for EL0.</param>
    /// <param name="translation">Where it leads.</param>
    public bool TranslateData(ulong address, AccessKind kind, bool unprivileged, out Translation translation)
    {
        if (Translate(address, kind, unprivileged, out translation))
        {
            return true;
        }

        TakeDataAbort(address, kind, translation);
        return false;
    }

    private bool CheckAlignment(ulong address, int size, AccessKind kind)
    {
        if ((address & (ulong)(size - 1) & State->AlignmentMask) == 0)
        {
            return true;
        }

        TakeDataAbort(address, kind, new Translation { Fault = FaultStatus.Alignment });
        return false;
    }

    private bool LoadInPage(ulong address, int size, bool unprivileged, out ulong value)
    {
        value = 0;
        if (!TranslateData(address, AccessKind.Read, unprivileged, out Translation translation)
            || !CheckTranslated(address, size, AccessKind.Read, unprivileged, translation))
        {
            return false;
        }

        if (Bus.TryGetPage(translation.PhysicalAddress & ~(ulong)PageMask, translation.Secure, out GuestRam memory, out ulong offset, out _))
        {
            byte* page = memory.Pointer + offset;
            value = ReadHost(page + (address & PageMask), size);
            if (!translation.IsDevice && (Events & DebugEvents.Watchpoints) == 0)
            {
                FillForRead(address, unprivileged, page, translation);
            }

            return true;
        }

        FillForDevice(address, size, unprivileged, AccessKind.Read, translation);
        Polls?.NotePoll(State);
        BusResult result = Bus.Read(translation.PhysicalAddress, size, Initiator, translation.Secure);
        value = result.Value;
        return result.Status == BusStatus.Ok || EndAccess(address, AccessKind.Read, translation, result.Status);
    }

    private bool StoreInPage(ulong address, ulong value, int size, bool unprivileged)
    {
        if (!KnowsStore(address, unprivileged, out Translation translation)
            && (!TranslateData(address, AccessKind.Write, unprivileged, out translation) || !CheckTranslated(address, size, AccessKind.Write, unprivileged, translation)))
        {
            return false;
        }

        if (Bus.TryGetPage(translation.PhysicalAddress & ~(ulong)PageMask, translation.Secure, out GuestRam memory, out ulong offset, out bool isRam) && isRam)
        {
            byte* page = memory.Pointer + offset;
            StoreJournal?.Add(StoreRecord.Before(memory, offset + (address & PageMask), size));
            WriteHost(page + (address & PageMask), value, size);
            if (!memory.PrepareWrite(offset))
            {
                memory.MarkWritten(offset + (address & PageMask), size);
            }
            else if (!translation.IsDevice && (Events & DebugEvents.Watchpoints) == 0)
            {
                FillForWrite(address, unprivileged, page, translation);
            }

            return true;
        }

        FillForDevice(address, size, unprivileged, AccessKind.Write, translation);
        Polls?.NoteEffect();
        BusStatus status = Bus.Write(translation.PhysicalAddress, value, size, Initiator, translation.Secure);
        return status == BusStatus.Ok || EndAccess(address, AccessKind.Write, translation, status);
    }

    /// <summary>
    /// Where a store goes that would pass by without a journal: a guest that has changed its tables and not told the TLB finds the same with one (lockstep). False without a journal.
    /// </summary>
    internal bool KnowsStore(ulong address, bool unprivileged, out Translation translation)
    {
        translation = default;
        TlbEntry* entry = Tlb.EntryFor(address);
        ulong tag = TagFor(address, unprivileged);
        if (StoreJournal is null || Tlb.Mirror is not null || entry->WriteTag != WriteTagOf(tag))
        {
            return false;
        }

        translation.PhysicalAddress = (entry->PhysicalPage & ~(ulong)PageMask) | (address & PageMask);
        translation.Secure = (entry->PhysicalPage & 1) != 0;
        translation.CanRead = entry->ReadTag == tag;
        translation.Attributes = MemoryAttributes.WriteBack;
        return true;
    }

    private ulong WriteTagOf(ulong tag) => StoreJournal is null ? tag : tag ^ TlbEntry.Journaled;

    // What can still hinder an access that translation permits.
    private bool CheckTranslated(ulong address, int size, AccessKind kind, bool unprivileged, in Translation translation) =>
        CheckDeviceAlignment(address, size, kind, translation)
        && ((Events & DebugEvents.Watchpoints) == 0 || CheckWatchpoints(address, size, kind, unprivileged));

    // Arm ARM B2.5.2: an unaligned access to Device memory is an Alignment fault.
    private bool CheckDeviceAlignment(ulong address, int size, AccessKind kind, Translation translation)
    {
        if (!translation.IsDevice || (address & (ulong)(size - 1)) == 0)
        {
            return true;
        }

        translation.Fault = FaultStatus.Alignment;
        translation.IsStage2 = translation.IsDeviceByStage2;
        TakeDataAbort(address, kind, translation);
        return false;
    }

    private bool EndAccess(ulong address, AccessKind kind, Translation translation, BusStatus status)
    {
        if (status == BusStatus.Pending)
        {
            IsParked = true;
            RequestExit();
        }
        else
        {
            translation.Fault = FaultStatus.External;
            TakeDataAbort(address, kind, translation);
        }

        return false;
    }

    private void FillForRead(ulong address, bool unprivileged, byte* page, in Translation translation)
    {
        ulong tag = TagFor(address, unprivileged);
        if (Tlb.Mirror is { } mirror)
        {
            mirror.AllowReads(address, Tlb.NumberIn(tag), page);
            return;
        }

        // A page that could only be written may have become another one without maintenance: stores must not follow it there unchecked.
        TlbEntry* entry = Tlb.EntryFor(address);
        nint addend = entry->Addend;
        SetTarget(entry, address, page, translation);
        if (entry->WriteTag != WriteTagOf(tag) || entry->Addend != addend)
        {
            entry->WriteTag = TlbEntry.InvalidTag;
        }

        entry->ReadTag = tag;
        Tlb.NoteFilled(page, isStore: false);
    }

    private void FillForWrite(ulong address, bool unprivileged, byte* page, in Translation translation)
    {
        ulong tag = TagFor(address, unprivileged);
        if (Tlb.Mirror is { } mirror)
        {
            mirror.AllowWrites(address, Tlb.NumberIn(tag), page, translation.CanRead);
            return;
        }

        TlbEntry* entry = Tlb.EntryFor(address);
        entry->WriteTag = WriteTagOf(tag);
        entry->ReadTag = translation.CanRead ? tag : TlbEntry.InvalidTag;
        SetTarget(entry, address, page, translation);
        Tlb.NoteFilled(page, isStore: true);
    }

    private static void SetTarget(TlbEntry* entry, ulong address, byte* page, in Translation translation)
    {
        entry->Addend = (nint)(page - (byte*)(address & ~(ulong)PageMask));
        entry->PhysicalPage = (translation.PhysicalAddress & ~(ulong)PageMask) | (translation.Secure ? 1UL : 0);
    }

    private ulong TagFor(ulong address, bool unprivileged) =>
        (address & ~(ulong)PageMask) | (unprivileged ? State->UnprivilegedTlbContext : State->TlbContext);

    private static ulong ReadHost(byte* pointer, int size) => size switch
    {
        1 => *pointer,
        2 => Unsafe.ReadUnaligned<ushort>(pointer),
        4 => Unsafe.ReadUnaligned<uint>(pointer),
        _ => Unsafe.ReadUnaligned<ulong>(pointer),
    };

    private static void WriteHost(byte* pointer, ulong value, int size)
    {
        switch (size)
        {
            case 1:
                *pointer = (byte)value;
                break;
            case 2:
                Unsafe.WriteUnaligned(pointer, (ushort)value);
                break;
            case 4:
                Unsafe.WriteUnaligned(pointer, (uint)value);
                break;
            default:
                Unsafe.WriteUnaligned(pointer, value);
                break;
        }
    }
}
