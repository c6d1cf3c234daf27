using Emulator.Timing;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Records;

/// <summary>An entry of a record.</summary>
/// <param name="Time">When it was.</param>
/// <param name="Device">The device's number.</param>
/// <param name="Kind">Who says it.</param>
/// <param name="Header">The message's header.</param>
/// <param name="Message">All of the message.</param>
internal sealed record RecordEntry(VirtualTime Time, ushort Device, RecordKind Kind, MessageHeader Header, byte[] Message)
{
    /// <summary>What a message of a device is.</summary>
    public TransportMessage Id => (TransportMessage)Header.Id;

    /// <summary>True for what the guest does by itself: it is waited for, and all else comes at its instant.</summary>
    public bool IsCall => Kind == RecordKind.FrontEnd && Id is not (TransportMessage.ChainAvail or TransportMessage.ChainRead);

    /// <summary>True for the answer to that.</summary>
    public bool IsAnswer => Kind == RecordKind.BackEnd && (Header.IsResponse || Header.IsBus);

    /// <summary>True for more of what a request reads.</summary>
    public bool IsContinuation => Kind == RecordKind.FrontEnd && Id == TransportMessage.ChainRead;

    /// <summary>Reads the message's fields.</summary>
    /// <exception cref="EmulatorException">It is too short.</exception>
    public T Read<T>(out ReadOnlySpan<byte> tail)
        where T : unmanaged => Messages.Message.TryRead(Message, out T payload, out tail) ? payload : throw Broken();

    /// <summary>The record cannot be followed.</summary>
    public EmulatorException Broken() => new($"the record has a message 0x{Header.Id:x2} at {Time} that cannot stand there; it is damaged, or was not written by this program");
}
