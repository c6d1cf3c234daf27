namespace Emulator.VirtioProxy.Carriers.Rings;

/// <summary>The head of one side's ring, which that side alone writes: magic, status, the next element that it writes, and the next of the other side's that it reads.</summary>
/// <param name="head">Where it is.</param>
internal readonly unsafe struct RingHead(byte* head)
{
    /// <summary>Where the side is.</summary>
    public RingStatus Status
    {
        get => Volatile.Read(ref Field(0)) == WindowLayout.HeadMagic ? (RingStatus)Volatile.Read(ref Field(1)) : RingStatus.Initial;
        set
        {
            Volatile.Write(ref Field(1), (ushort)value);
            Volatile.Write(ref Field(0), WindowLayout.HeadMagic);
        }
    }

    /// <summary>The next element that the side writes.</summary>
    public ushort Tail
    {
        get => Volatile.Read(ref Field(2));
        set => Volatile.Write(ref Field(2), value);
    }

    /// <summary>The next of the other side's elements that it reads.</summary>
    public ushort Head
    {
        get => Volatile.Read(ref Field(3));
        set => Volatile.Write(ref Field(3), value);
    }

    private ref ushort Field(int index) => ref ((ushort*)head)[index];
}
