namespace Emulator.Virtio;

/// <summary>How a transport tells its driver something: by a wire or by messages.</summary>
internal interface IVirtioInterrupts
{
    /// <summary>True when it tells by messages at present.</summary>
    bool SendsMessages { get; }

    /// <summary>Sends a used buffer notification.</summary>
    /// <param name="queue">The queue's index.</param>
    void SignalUsed(int queue);

    /// <summary>Sends a configuration change notification.</summary>
    void SignalConfiguration();
}
