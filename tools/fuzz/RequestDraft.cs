namespace Emulator.Fuzz;

/// <summary>A request as a good driver makes it: what the device reads, and room for what it writes.</summary>
internal sealed class RequestDraft
{
    /// <summary>Most bytes of <see cref="Content"/>.</summary>
    public const int MostContent = 1023;

    /// <summary>The queue that it goes to.</summary>
    public uint Queue { get; set; }

    /// <summary>What the device reads first.</summary>
    public InputWriter Content { get; } = new(MostContent);

    /// <summary>Zeros that the device reads behind that.</summary>
    public uint Padding { get; set; }

    /// <summary>Bytes that the device can write.</summary>
    public uint Room { get; set; }

    public void Clear()
    {
        Queue = 0;
        Content.Clear();
        Padding = 0;
        Room = 0;
    }
}
