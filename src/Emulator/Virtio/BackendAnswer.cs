namespace Emulator.Virtio;

/// <summary>How a back end answers what its device asks of it.</summary>
internal enum BackendAnswer
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>The back end does not accept it.</summary>
    Refused,

    /// <summary>There is no answer yet. The CPU's access is repeated, and the same asked again, when there is one.</summary>
    Pending,
}
