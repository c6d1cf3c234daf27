using System.Buffers.Binary;
using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices.Input;

/// <summary>The input device (virtio 1.3, section 5.8) as a keyboard with lights. Events are Linux's: a type, a code, a value.</summary>
internal sealed class VirtioKeyboard : VirtioModel, IVirtioKeyboard
{
    /// <summary>Events that wait for the driver at most; later ones are lost.</summary>
    public const int MostEvents = 512;

    private const int EventQueue = 0;
    private const int QueueSize = 64;
    private const int EventLength = 8;
    private const int MostKey = 247;
    private const int DataOffset = 8;
    private const int DataLength = 128;
    private const ushort Synchronization = 0x00; // EV_SYN
    private const ushort Key = 0x01; // EV_KEY
    private const ushort Light = 0x11; // EV_LED
    private const ushort Repeat = 0x14; // EV_REP
    private const int Lamps = 3;

    private readonly Queue<ulong> _events = new(MostEvents);
    private byte _select;
    private byte _subselect;

    /// <summary>Creates the device.</summary>
    /// <param name="settings">What it needs of its machine.</param>
    public VirtioKeyboard(VirtioModelSettings settings)
        : base(settings, VirtioDeviceType.Input, [QueueSize, QueueSize])
    {
    }

    /// <inheritdoc/>
    public int Lights { get; private set; }

    /// <inheritdoc/>
    public override int ConfigurationLength => DataOffset + DataLength;

    /// <inheritdoc/>
    protected override ulong DeviceTypeFeatures => 0;

    /// <inheritdoc/>
    public void SetKey(int key, bool isPressed)
    {
        if (key is < 1 or > MostKey)
        {
            throw new ArgumentOutOfRangeException(nameof(key), key, $"keys have the numbers 1 to {MostKey}");
        }

        // Both or none, so that a driver always sees whole reports.
        if (_events.Count + 2 <= MostEvents)
        {
            _events.Enqueue(Event(Key, (ushort)key, isPressed ? 1u : 0));
            _events.Enqueue(Event(Synchronization, 0, 0));
            Look(EventQueue);
        }
    }

    /// <inheritdoc/>
    public override BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        Span<byte> configuration = stackalloc byte[DataOffset + DataLength];
        configuration.Clear();
        configuration[0] = _select;
        configuration[1] = _subselect;
        configuration[2] = (byte)Describe(configuration[DataOffset..]);
        configuration.Slice(offset, destination.Length).CopyTo(destination);
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public override BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        if (offset == 0)
        {
            _select = source[0];
        }

        if (offset <= 1 && offset + source.Length > 1)
        {
            _subselect = source[1 - offset];
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Nothing is held.
    }

    /// <inheritdoc/>
    protected override bool IsWanted(int queue) => queue != EventQueue || _events.Count > 0;

    /// <inheritdoc/>
    protected override bool Execute(int queue, DescriptorChain chain)
    {
        Span<byte> bytes = stackalloc byte[EventLength];
        if (queue != EventQueue)
        {
            while (chain.TryRead(bytes))
            {
                Hear(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            }

            return true;
        }

        if (chain.WritableLength < EventLength)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(bytes, _events.Dequeue());
        return chain.TryWrite(bytes);
    }

    /// <inheritdoc/>
    protected override void OnReset()
    {
        _events.Clear();
        Lights = 0;
        _select = 0;
        _subselect = 0;
    }

    /// <inheritdoc/>
    protected override void SaveModel(SnapshotWriter writer)
    {
        writer.Write(_select);
        writer.Write(_subselect);
        writer.Write(Lights);
        writer.Write((ReadOnlySpan<ulong>)_events.ToArray());
    }

    /// <inheritdoc/>
    protected override void LoadModel(SnapshotReader reader)
    {
        _select = reader.ReadByte();
        _subselect = reader.ReadByte();
        Lights = reader.ReadInt32();
        _events.Clear();
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            _events.Enqueue(reader.ReadUInt64());
        }
    }

    private static ulong Event(ushort type, ushort code, uint value) => type | ((ulong)code << 16) | ((ulong)value << 32);

    // Writes what the driver has asked for, and tells its length.
    private int Describe(Span<byte> data)
    {
        switch ((InputConfiguration)_select)
        {
            case InputConfiguration.Name:
                "Emulator keyboard"u8.CopyTo(data);
                return "Emulator keyboard"u8.Length;
            case InputConfiguration.DeviceIds:
                BinaryPrimitives.WriteUInt16LittleEndian(data, 0x06); // BUS_VIRTUAL
                BinaryPrimitives.WriteUInt16LittleEndian(data[2..], 0x1af4);
                BinaryPrimitives.WriteUInt16LittleEndian(data[4..], 1);
                BinaryPrimitives.WriteUInt16LittleEndian(data[6..], 1);
                return 8;
            case InputConfiguration.Events when _subselect == Key:
                data[..((MostKey / 8) + 1)].Fill(0xff);
                data[0] = 0xfe; // there is no key 0
                return (MostKey / 8) + 1;
            case InputConfiguration.Events when _subselect == Light:
                data[0] = (1 << Lamps) - 1;
                return 1;
            case InputConfiguration.Events when _subselect == Repeat:
                return 1; // the driver repeats keys that stay pressed
            default:
                return 0;
        }
    }

    private void Hear(ulong @event)
    {
        var type = (ushort)@event;
        int code = (ushort)(@event >> 16);
        if (type == Light && code < Lamps)
        {
            Lights = (uint)(@event >> 32) != 0 ? Lights | (1 << code) : Lights & ~(1 << code);
        }
    }
}
