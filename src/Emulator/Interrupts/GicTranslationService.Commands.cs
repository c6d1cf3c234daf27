using Emulator.Memory;

namespace Emulator.Interrupts;

/// <content>What messages and commands do, and what the tables' entries hold: that is the service's own business (GICv3 architecture, "The ITS tables").</content>
internal sealed partial class GicTranslationService
{
    // A device: valid, bits of event ids less one, and the address of its interrupts in units of 256 bytes.
    private const ulong EntryValid = 1ul << 63;
    private const int SizeShift = 56;
    private const ulong TableAddressMask = 0x000f_ffff_ffff_ff00;

    // An interrupt: valid, collection, INTID. A collection: valid, processor number.
    private const int CollectionShift = 32;

    private GicTranslationOutcome Execute(in GicTranslationCommand command) => command.Number switch
    {
        GicTranslationCommand.Mapd => MapDevice(command),
        GicTranslationCommand.Mapc => MapCollection(command),
        GicTranslationCommand.Mapti => MapInterrupt(command, command.PhysicalId),
        GicTranslationCommand.Mapi => MapInterrupt(command, command.EventId),
        GicTranslationCommand.Movi => MoveInterrupt(command),
        GicTranslationCommand.Movall => MoveAll(command),
        GicTranslationCommand.Int => SetPending(command.DeviceId, command.EventId, out _),
        GicTranslationCommand.Clear => ClearPending(command),
        GicTranslationCommand.Discard => Discard(command),
        GicTranslationCommand.Inv => Invalidate(command),
        GicTranslationCommand.Invall => InvalidateAll(command),

        // Commands take effect in order and at once, so that there is nothing to wait for.
        GicTranslationCommand.Sync => GicTranslationOutcome.Done,
        _ => GicTranslationOutcome.Ignored,
    };

    private void Translate(BusInitiator initiator, uint eventId)
    {
        if (_isEnabled && SetPending(initiator.Id, eventId, out int cpu) == GicTranslationOutcome.Done)
        {
            _gic.LpisChanged(cpu);
        }
    }

    private void SettleAll()
    {
        for (int cpu = 0; cpu < _gic.CpuCount; cpu++)
        {
            _gic.Redistributor(cpu).Lpis!.Settle();
            _gic.LpisChanged(cpu);
        }
    }

    private GicTranslationOutcome SetPending(uint device, uint eventId, out int cpu)
    {
        if (!_cache.TryFind(device, eventId, out int id, out cpu))
        {
            GicTranslationOutcome outcome = Look(device, eventId, out _, out id, out cpu);
            if (outcome != GicTranslationOutcome.Done)
            {
                return outcome;
            }

            _cache.Add(device, eventId, id, cpu);
        }

        _gic.Redistributor(cpu).Lpis!.SetPending(id);
        return GicTranslationOutcome.Done;
    }

    // The whole way: device, interrupt, collection.
    private GicTranslationOutcome Look(uint device, uint eventId, out ulong entryAddress, out int id, out int cpu)
    {
        cpu = 0;
        GicTranslationOutcome outcome = LookForInterrupt(device, eventId, out entryAddress, out id, out uint collection);
        return outcome == GicTranslationOutcome.Done ? LookForCollection(collection, out cpu) : outcome;
    }

    private GicTranslationOutcome LookForDevice(uint device, uint eventId, out ulong entryAddress)
    {
        GicTranslationOutcome outcome = _devices.Read(device, out ulong entry);
        int bits = ((int)(entry >> SizeShift) & 31) + 1;
        entryAddress = (entry & TableAddressMask) + ((ulong)eventId * GicTranslationTable.EntryLength);
        return outcome != GicTranslationOutcome.Done || ((entry & EntryValid) != 0 && (ulong)eventId >> bits == 0) ? outcome : GicTranslationOutcome.Ignored;
    }

    private GicTranslationOutcome LookForInterrupt(uint device, uint eventId, out ulong entryAddress, out int id, out uint collection)
    {
        id = 0;
        collection = 0;
        GicTranslationOutcome outcome = LookForDevice(device, eventId, out entryAddress);
        if (outcome != GicTranslationOutcome.Done)
        {
            return outcome;
        }

        if (!GicTranslationTable.TryRead(_memory, entryAddress, out ulong entry))
        {
            return GicTranslationOutcome.Stalled;
        }

        id = (int)entry & 0xff_ffff;
        collection = (uint)(entry >> CollectionShift) & 0xffff;
        return (entry & EntryValid) != 0 && IsLpi((uint)id) ? GicTranslationOutcome.Done : GicTranslationOutcome.Ignored;
    }

    private GicTranslationOutcome LookForCollection(uint collection, out int cpu)
    {
        GicTranslationOutcome outcome = _collections.Read(collection, out ulong entry);
        ulong target = entry & ~EntryValid;
        cpu = (int)Math.Min(target, int.MaxValue);
        return outcome != GicTranslationOutcome.Done || ((entry & EntryValid) != 0 && IsProcessor(target)) ? outcome : GicTranslationOutcome.Ignored;
    }

    private GicTranslationOutcome MapDevice(in GicTranslationCommand command)
    {
        if (command.IsValid && command.Size >= GicLpis.IntIdBits)
        {
            return GicTranslationOutcome.Ignored;
        }

        _cache.Clear();
        return _devices.Write(command.DeviceId, command.IsValid ? EntryValid | ((ulong)command.Size << SizeShift) | command.TableAddress : 0);
    }

    private GicTranslationOutcome MapCollection(in GicTranslationCommand command)
    {
        if (command.IsValid && !IsProcessor(command.Target))
        {
            return GicTranslationOutcome.Ignored;
        }

        _cache.Clear();
        return _collections.Write(command.CollectionId, command.IsValid ? EntryValid | command.Target : 0);
    }

    private GicTranslationOutcome MapInterrupt(in GicTranslationCommand command, uint id)
    {
        GicTranslationOutcome outcome = LookForDevice(command.DeviceId, command.EventId, out ulong address);
        if (outcome != GicTranslationOutcome.Done || !IsLpi(id))
        {
            return outcome == GicTranslationOutcome.Stalled ? outcome : GicTranslationOutcome.Ignored;
        }

        return WriteInterrupt(address, EntryValid | ((ulong)command.CollectionId << CollectionShift) | id);
    }

    private GicTranslationOutcome MoveInterrupt(in GicTranslationCommand command)
    {
        GicTranslationOutcome outcome = Look(command.DeviceId, command.EventId, out ulong address, out int id, out int from);
        if (outcome == GicTranslationOutcome.Done)
        {
            outcome = LookForCollection(command.CollectionId, out int to);
            if (outcome == GicTranslationOutcome.Done)
            {
                outcome = WriteInterrupt(address, EntryValid | ((ulong)command.CollectionId << CollectionShift) | (uint)id);
                if (outcome == GicTranslationOutcome.Done && from != to && _gic.Redistributor(from).Lpis!.ClearPending(id))
                {
                    _gic.Redistributor(to).Lpis!.SetPending(id);
                }
            }
        }

        return outcome;
    }

    private GicTranslationOutcome MoveAll(in GicTranslationCommand command)
    {
        if (!IsProcessor(command.Target) || !IsProcessor(command.SecondTarget))
        {
            return GicTranslationOutcome.Ignored;
        }

        _gic.Redistributor((int)command.Target).Lpis!.MoveAll(_gic.Redistributor((int)command.SecondTarget).Lpis!);
        return GicTranslationOutcome.Done;
    }

    private GicTranslationOutcome ClearPending(in GicTranslationCommand command)
    {
        GicTranslationOutcome outcome = Look(command.DeviceId, command.EventId, out _, out int id, out int cpu);
        if (outcome == GicTranslationOutcome.Done)
        {
            _ = _gic.Redistributor(cpu).Lpis!.ClearPending(id);
        }

        return outcome;
    }

    private GicTranslationOutcome Discard(in GicTranslationCommand command)
    {
        GicTranslationOutcome outcome = Look(command.DeviceId, command.EventId, out ulong address, out int id, out int cpu);
        if (outcome == GicTranslationOutcome.Done)
        {
            _ = _gic.Redistributor(cpu).Lpis!.ClearPending(id);
            outcome = WriteInterrupt(address, 0);
        }

        return outcome;
    }

    private GicTranslationOutcome Invalidate(in GicTranslationCommand command)
    {
        GicTranslationOutcome outcome = Look(command.DeviceId, command.EventId, out _, out int id, out int cpu);
        if (outcome == GicTranslationOutcome.Done)
        {
            _gic.Redistributor(cpu).Lpis!.Invalidate(id);
        }

        return outcome;
    }

    private GicTranslationOutcome InvalidateAll(in GicTranslationCommand command)
    {
        GicTranslationOutcome outcome = LookForCollection(command.CollectionId, out int cpu);
        if (outcome == GicTranslationOutcome.Done)
        {
            _gic.Redistributor(cpu).Lpis!.InvalidateAll();
        }

        return outcome;
    }

    private GicTranslationOutcome WriteInterrupt(ulong address, ulong entry)
    {
        _cache.Clear();
        return GicTranslationTable.TryWrite(_memory, address, entry) ? GicTranslationOutcome.Done : GicTranslationOutcome.Stalled;
    }

    private static bool IsLpi(uint id) => id is >= GicLpis.First and < 1 << GicLpis.IntIdBits;

    private bool IsProcessor(ulong target) => target < (ulong)_gic.CpuCount;
}
