using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Serial;
using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices.Console;

/// <summary>The console device with several ports (virtio 1.3, section 5.3): a terminal first, then named serial ports.</summary>
internal sealed class VirtioConsole : VirtioModel, ISerialReceiver
{
    private const ulong MultiplePorts = 1 << 1; // VIRTIO_CONSOLE_F_MULTIPORT
    private const ulong EmergencyWrite = 1 << 2; // VIRTIO_CONSOLE_F_EMERG_WRITE
    private const int QueueSize = 128;
    private const int ControlReceiveQueue = 2;
    private const int ControlTransmitQueue = 3;
    private const int ControlLength = 8;
    private const int MaxPortsOffset = 4;
    private const int EmergencyWriteOffset = 8;

    private readonly VirtioConsolePort[] _ports;
    private readonly byte[] _configuration = new byte[12];

    /// <summary>Creates the device.</summary>
    /// <param name="settings">What it needs of its machine.</param>
    /// <param name="names">Names of the serial ports behind the terminal.</param>
    public VirtioConsole(VirtioModelSettings settings, IReadOnlyList<string> names)
        : base(settings, VirtioDeviceType.Console, [.. Enumerable.Repeat(QueueSize, 2 * (names.Count + 2))])
    {
        _ports = [.. names.Prepend("").Select((name, index) => new VirtioConsolePort(name, new ConsolePort($"{settings.Name}:port{index}")))];
        foreach (VirtioConsolePort port in _ports)
        {
            port.Line.Connect(this);
        }

        BinaryPrimitives.WriteInt32LittleEndian(_configuration.AsSpan(MaxPortsOffset), _ports.Length);
    }

    /// <summary>The host's ends of the ports.</summary>
    public IEnumerable<ConsolePort> Lines => _ports.Select(port => port.Line);

    /// <inheritdoc/>
    public override int ConfigurationLength => _configuration.Length;

    /// <inheritdoc/>
    protected override ulong DeviceTypeFeatures => MultiplePorts | EmergencyWrite;

    private bool HasMultiplePorts => (NegotiatedFeatures & MultiplePorts) != 0;

    /// <inheritdoc/>
    public override BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        _configuration.AsSpan(offset, destination.Length).CopyTo(destination);
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public override BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        if (offset == EmergencyWriteOffset)
        {
            _ports[0].Line.Transmit(source[0]);
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public void TakeInput()
    {
        for (int port = 0; port < _ports.Length; port++)
        {
            Look(ReceiveQueueOf(port));
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Nothing is held.
    }

    /// <inheritdoc/>
    protected override bool IsWanted(int queue)
    {
        if (queue == ControlReceiveQueue)
        {
            return Array.Exists(_ports, port => port.HasUntold);
        }

        VirtioConsolePort port = _ports[PortOf(queue)];
        return IsTransmit(queue) || (port.Line.HasInput && (port.IsOpen || !HasMultiplePorts));
    }

    /// <inheritdoc/>
    protected override bool Execute(int queue, DescriptorChain chain)
    {
        switch (queue)
        {
            case ControlReceiveQueue:
                return TellDriver(chain);
            case ControlTransmitQueue:
                HearDriver(chain);
                return true;
            default:
                ConsolePort line = _ports[PortOf(queue)].Line;
                if (IsTransmit(queue))
                {
                    Transmit(line, chain);
                    return true;
                }

                return chain.WritableLength > 0 && Receive(line, chain);
        }
    }

    /// <inheritdoc/>
    protected override void OnServed(int queue)
    {
        // What the driver has said may have an answer, or open a port for which input waits.
        if (queue == ControlTransmitQueue)
        {
            Look(ControlReceiveQueue);
            TakeInput();
        }
    }

    /// <inheritdoc/>
    protected override void OnReset()
    {
        foreach (VirtioConsolePort port in _ports)
        {
            port.Reset();
        }
    }

    /// <inheritdoc/>
    protected override string NameOfRequest(int queue, uint type) =>
        queue is ControlReceiveQueue or ControlTransmitQueue ? "control" : IsTransmit(queue) ? "transmit" : "receive";

    /// <inheritdoc/>
    protected override void SaveModel(SnapshotWriter writer)
    {
        foreach (VirtioConsolePort port in _ports)
        {
            port.Save(writer);
        }
    }

    /// <inheritdoc/>
    protected override void LoadModel(SnapshotReader reader)
    {
        foreach (VirtioConsolePort port in _ports)
        {
            port.Load(reader);
        }
    }

    private static bool IsTransmit(int queue) => (queue & 1) != 0;

    // Port 0 has the queues before the two control queues, the others those behind them.
    private static int PortOf(int queue) => queue < ControlReceiveQueue ? 0 : (queue / 2) - 1;

    private static int ReceiveQueueOf(int port) => port == 0 ? 0 : 2 * (port + 1);

    private static void Transmit(ConsolePort line, DescriptorChain chain)
    {
        while (chain.TryTakeReadable(int.MaxValue, out ReadOnlySpan<byte> piece))
        {
            foreach (byte value in piece)
            {
                line.Transmit(value);
            }
        }
    }

    private static bool Receive(ConsolePort line, DescriptorChain chain)
    {
        while (line.HasInput && chain.TryTakeWritable(1, out DmaRange piece))
        {
            _ = line.TryTake(out byte value, out _);
            piece.Write(0, [value]);
        }

        return true;
    }

    // A message about a port (section 5.3.6.2): its number, the event, a value, and for a name the text.
    private bool TellDriver(DescriptorChain chain)
    {
        int index = Array.FindIndex(_ports, port => port.HasUntold);
        VirtioConsolePort port = _ports[index];
        ConsoleControlEvent what = port.TakeUntold();
        Span<byte> message = stackalloc byte[ControlLength];
        BinaryPrimitives.WriteInt32LittleEndian(message, index);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], (ushort)what);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], 1);
        return chain.TryWrite(message) && (what != ConsoleControlEvent.PortName || chain.TryWrite(port.Name));
    }

    private void HearDriver(DescriptorChain chain)
    {
        Span<byte> message = stackalloc byte[ControlLength];
        if (!chain.TryRead(message))
        {
            return;
        }

        uint index = BinaryPrimitives.ReadUInt32LittleEndian(message);
        var what = (ConsoleControlEvent)BinaryPrimitives.ReadUInt16LittleEndian(message[4..]);
        bool value = BinaryPrimitives.ReadUInt16LittleEndian(message[6..]) != 0;
        if (what == ConsoleControlEvent.DeviceReady && value)
        {
            foreach (VirtioConsolePort added in _ports)
            {
                added.Tell(ConsoleControlEvent.DeviceAdd);
            }
        }
        else if (index < (uint)_ports.Length)
        {
            HearOfPort(_ports[index], what, value);
        }
    }

    private static void HearOfPort(VirtioConsolePort port, ConsoleControlEvent what, bool value)
    {
        if (what == ConsoleControlEvent.PortOpen)
        {
            port.IsOpen = value;
        }
        else if (what == ConsoleControlEvent.PortReady && value)
        {
            port.Tell(port.IsTerminal ? ConsoleControlEvent.ConsolePort : ConsoleControlEvent.PortName);
            port.Tell(ConsoleControlEvent.PortOpen);
        }
    }
}
