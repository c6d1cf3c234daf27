namespace Emulator.VirtioProxy.Messages;

/// <summary>The field <c>type</c> of a message.</summary>
[Flags]
internal enum MessageKind : byte
{
    /// <summary>A request or event of a device.</summary>
    Transport = 0,

    /// <summary>The answer to a request.</summary>
    Response = 1,

    /// <summary>A message of the bus.</summary>
    Bus = 2,
}
