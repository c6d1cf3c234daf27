namespace Emulator.Fuzz.Vhost;

/// <summary>What an input of <see cref="VhostServerTarget"/> does; a byte, modulo 7.</summary>
internal enum ServerOperation
{
    /// <summary>Says a message: request, flags (bit 7: a size of 32 bits follows that is not the payload's), descriptors (5 bits number, 3 bits kind), length (16 bits), payload.</summary>
    Message,

    /// <summary>Writes to the file that the front end shares: offset (32 bits), length, bytes.</summary>
    WriteMemory,

    /// <summary>Signals that a queue has something new: queue.</summary>
    Kick,

    /// <summary>Says any bytes: descriptors, length, bytes.</summary>
    Raw,

    /// <summary>Goes, and comes again.</summary>
    Reconnect,

    /// <summary>Lets something happen on the host's side: what.</summary>
    Poke,

    /// <summary>Lets the server look around.</summary>
    Wait,
}
