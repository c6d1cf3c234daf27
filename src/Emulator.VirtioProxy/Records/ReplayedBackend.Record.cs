using System.Globalization;
using Emulator.Memory;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Records;

// How the record is followed.
internal sealed partial class ReplayedBackend
{
    private const int ShownBytes = 16;

    private readonly List<OutstandingChain>[] _chains;
    private readonly long[] _requests;
    private readonly DescriptorChain _chain = new();
    private EmulatorException? _failure;
    private bool _hasParked;

    // The guest does something: it must be what comes next.
    private BackendAnswer Compare<T>(TransportMessage id, in T payload, ReadOnlySpan<byte> tail = default)
        where T : unmanaged
    {
        ushort token = id == TransportMessage.EventAvail ? (ushort)0 : RecordLayout.Token;
        int length = Message.Write(_said, MessageKind.Transport, (byte)id, _record.Next?.Device ?? 0, token, payload, tail);
        ReadOnlySpan<byte> said = _said.AsSpan(0, length);
        VirtualTime now = _settings.Clock.Now;
        if (Peek() is not { } next)
        {
            Fail(_failure ?? Difference(null, $"a {id} comes after the record's end", null));
            return BackendAnswer.Refused;
        }

        if (!next.IsCall || !said.SequenceEqual(next.Message))
        {
            Fail(DifferentCall(next, id, said));
            return BackendAnswer.Refused;
        }

        // An access that was parked is answered at the instant at which it was then.
        if (next.Time > now && !_hasParked && id != TransportMessage.EventAvail)
        {
            _hasParked = true;
            _settings.Remotes?.Signal();
            return BackendAnswer.Pending;
        }

        _hasParked = false;
        if (next.Time != now)
        {
            Fail(Difference(next, $"a {id} comes at another time", null));
            return BackendAnswer.Refused;
        }

        _ = _record.Take();
        return BackendAnswer.Done;
    }

    private BackendAnswer TakeAnswer()
    {
        Advance();
        if (Peek() is not { IsAnswer: true } answer)
        {
            Fail(_failure ?? _record.Next?.Broken() ?? new EmulatorException("the record ends before its device has answered; it was cut off"));
            return BackendAnswer.Refused;
        }

        _ = _record.Take();
        if (answer.Id == TransportMessage.SetConfig && !answer.Header.IsBus)
        {
            TakeConfiguration(answer, answer.Read<Payloads.ConfigurationBytes>(out ReadOnlySpan<byte> bytes).Offset, bytes);
        }

        Advance();
        return answer.Header.IsBus ? BackendAnswer.Refused : BackendAnswer.Done;
    }

    // All that has its instant now or had it before, up to what the guest does by itself.
    private void Advance()
    {
        VirtualTime now = _settings.Clock.Now;
        while (Peek() is { } next && next.Time <= now && !next.IsAnswer)
        {
            if (next.IsCall)
            {
                if (next.Time < now)
                {
                    Fail(Difference(next, $"the record has a {next.Id} here that this run has not", null));
                }

                break;
            }

            try
            {
                Perform(_record.Take());
            }
            catch (EmulatorException e)
            {
                Fail(e);
            }
        }

        ArmTimer();
    }

    private void Perform(RecordEntry entry)
    {
        switch ((entry.Kind, entry.Id))
        {
            case (RecordKind.FrontEnd, TransportMessage.ChainAvail):
                Pull(entry);
                break;
            case (RecordKind.Empty, TransportMessage.EventAvail):
                CheckEmpty(entry);
                break;
            case (RecordKind.BackEnd, TransportMessage.ChainData):
                Write(entry);
                break;
            case (RecordKind.BackEnd, TransportMessage.ChainUsed):
                Use(entry);
                break;
            case (RecordKind.BackEnd, TransportMessage.EventUsed):
                _host.BuffersUsed(QueueOf(entry, entry.Read<Payloads.Index>(out _).Value));
                break;
            case (RecordKind.BackEnd, TransportMessage.EventConfig):
                Payloads.ConfigurationEvent change = entry.Read<Payloads.ConfigurationEvent>(out ReadOnlySpan<byte> bytes);
                if (((VirtioStatus)change.Status & VirtioStatus.NeedsReset) != 0)
                {
                    _host.NeedsReset();
                    break;
                }

                TakeConfiguration(entry, change.Offset, bytes);
                _host.ConfigurationChanged();
                break;
            default:
                throw entry.Broken();
        }
    }

    // A request of the guest's: it must be the recorded one, byte for byte.
    private void Pull(RecordEntry entry)
    {
        Payloads.Chain recorded = entry.Read<Payloads.Chain>(out ReadOnlySpan<byte> first);
        int queue = QueueOf(entry, recorded.Queue);
        long number = ++_requests[queue];
        var bytes = new List<byte>(first.Length);
        bytes.AddRange(first);
        while (Peek() is { IsContinuation: true } more)
        {
            _ = _record.Take().Read<Payloads.ChainRange>(out ReadOnlySpan<byte> piece);
            bytes.AddRange(piece);
        }

        if (!_queues[queue].TryPop(_chain))
        {
            throw Difference(entry, "the record has a request here that this run has not", (queue, number));
        }

        _queues[queue].RequestNotification();
        if ((_chain.Id, (uint)_chain.ReadableLength, (uint)_chain.WritableLength) != (recorded.Head, recorded.Readable, recorded.Writable))
        {
            throw Difference(
                entry,
                string.Create(CultureInfo.InvariantCulture, $"{_chain.ReadableLength} bytes to read and {_chain.WritableLength} to write as chain {_chain.Id}, recorded {recorded.Readable} and {recorded.Writable} as chain {recorded.Head}"),
                (queue, number));
        }

        ReadOnlySpan<byte> rest = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes);
        int offset = 0;
        foreach (DmaRange buffer in _chain.ReadableBuffers)
        {
            ReadOnlySpan<byte> now = buffer.Bytes[..Math.Min(buffer.Length, rest.Length)];
            int same = now.CommonPrefixLength(rest);
            if (same < now.Length)
            {
                throw Difference(entry, "", (queue, number), offset + same, now[same..], rest[same..]);
            }

            rest = rest[now.Length..];
            offset += now.Length;
        }

        _host.Counters.Requests++;
        _host.Counters.Bytes += _chain.ReadableLength + _chain.WritableLength;
        _chains[queue].Add(OutstandingChain.Of(_chain, _settings.Clock.Now));
    }

    private void CheckEmpty(RecordEntry entry)
    {
        int queue = QueueOf(entry, entry.Read<Payloads.Available>(out _).Queue);
        if (_queues[queue].TryPop(_chain))
        {
            throw Difference(entry, "this run has a request here that the record has not", (queue, _requests[queue] + 1));
        }

        _queues[queue].RequestNotification();
    }

    private void Write(RecordEntry entry)
    {
        Payloads.ChainBytes data = entry.Read<Payloads.ChainBytes>(out ReadOnlySpan<byte> bytes);
        OutstandingChain chain = _chains[QueueOf(entry, data.Queue)].Find(chain => chain.Id == data.Head) ?? throw entry.Broken();
        long start = data.Value;
        foreach (DmaRange buffer in chain.Writable)
        {
            if (start < buffer.Length && !bytes.IsEmpty)
            {
                int count = Math.Min(bytes.Length, buffer.Length - (int)start);
                buffer.Write((int)start, bytes[..count]);
                bytes = bytes[count..];
                start += count;
            }

            start -= buffer.Length;
        }
    }

    private void Use(RecordEntry entry)
    {
        Payloads.ChainBytes used = entry.Read<Payloads.ChainBytes>(out _);
        int queue = QueueOf(entry, used.Queue);
        OutstandingChain chain = OutstandingChain.Take(_chains[queue], used.Head) ?? throw entry.Broken();
        var element = new UsedElement(chain.Id, (ushort)chain.DescriptorCount, used.Value);
        _queues[queue].Push(element);
        VirtualTime now = _settings.Clock.Now;
        _host.Counters.Latencies.Record(queue, now.Nanoseconds - chain.Announced.Nanoseconds);
        _host.Trace?.Completed(queue, new Virtio.Devices.ServedRequest(element, 0, chain.Readable, chain.Announced, chain.Announced, 0), "request", null);
    }

    private void TakeConfiguration(RecordEntry entry, uint offset, ReadOnlySpan<byte> bytes)
    {
        if (offset > (uint)_configuration.Length || bytes.Length > _configuration.Length - (int)offset)
        {
            throw entry.Broken();
        }

        bytes.CopyTo(_configuration.AsSpan((int)offset));
    }

    private int QueueOf(RecordEntry entry, uint queue) => queue < (uint)_queues.Length ? (int)queue : throw entry.Broken();

    private RecordEntry? Peek()
    {
        try
        {
            return _failure is null ? _record.Next : null;
        }
        catch (EmulatorException e)
        {
            Fail(e);
            return null;
        }
    }

    // What the guest does has no timer, but that it did not do it.
    private void ArmTimer()
    {
        VirtualTime next = Peek() is { } entry ? entry.Time.After(entry.IsCall ? 1 : 0) : VirtualTime.Never;
        _settings.Clock.Arm(_timer, next);
    }

    private void Fail(EmulatorException failure)
    {
        _failure ??= failure;
        _settings.Remotes?.Signal();
    }

    private ReplayException DifferentCall(RecordEntry next, TransportMessage id, ReadOnlySpan<byte> said)
    {
        if (!next.IsCall || next.Id != id)
        {
            return Difference(next, $"a {id} comes where the record has a {next.Id}", null);
        }

        int same = said.CommonPrefixLength(next.Message);
        return Difference(next, $"a {id}, ", null, same, said[same..], next.Message.AsSpan(same));
    }

    private ReplayException Difference(RecordEntry? entry, string what, (int Queue, long Number)? request, int? offset = null, ReadOnlySpan<byte> now = default, ReadOnlySpan<byte> recorded = default)
    {
        byte[] bytes = now[..Math.Min(ShownBytes, now.Length)].ToArray();
        byte[] recordedBytes = recorded[..Math.Min(ShownBytes, recorded.Length)].ToArray();
        VirtualTime time = _settings.Clock.Now;
        VirtualTime recordedTime = entry?.Time ?? VirtualTime.Never;
        string place = request is { } known ? string.Create(CultureInfo.InvariantCulture, $"request {known.Number} of queue {known.Queue}") : "what the driver does";
        string content = offset is { } at ? string.Create(CultureInfo.InvariantCulture, $"byte {at} on is {Convert.ToHexStringLower(bytes)}, recorded {Convert.ToHexStringLower(recordedBytes)}") : "";
        string when = entry is null || time == recordedTime ? $"at {time}" : $"at {time}, recorded at {recordedTime}";
        return new ReplayException($"'{_settings.Name}': {place} differs from the record: {what}{content} ({when})")
        {
            Device = _settings.Name,
            Queue = request?.Queue,
            Request = request?.Number ?? 0,
            Time = time,
            RecordedTime = recordedTime,
            Offset = offset,
            Bytes = bytes,
            RecordedBytes = recordedBytes,
        };
    }
}
