using System.Text;
using Emulator.Serial;
using Emulator.Snapshots;

namespace Emulator.Virtio.Devices.Console;

/// <summary>A port of a console device: what the driver has yet to be told of it, and whether a guest uses it.</summary>
/// <param name="name">The name that the guest is told; empty for a terminal.</param>
/// <param name="line">The host's end.</param>
internal sealed class VirtioConsolePort(string name, ConsolePort line)
{
    // In the order in which they are told (section 5.3.6.2 wants the port's addition first).
    private static readonly ConsoleControlEvent[] s_order =
        [ConsoleControlEvent.DeviceAdd, ConsoleControlEvent.ConsolePort, ConsoleControlEvent.PortName, ConsoleControlEvent.PortOpen];

    private uint _untold;

    /// <summary>The host's end.</summary>
    public ConsolePort Line { get; } = line;

    /// <summary>The name as a message holds it: with a zero at its end.</summary>
    public byte[] Name { get; } = Encoding.ASCII.GetBytes(name + '\0');

    /// <summary>True for a terminal.</summary>
    public bool IsTerminal { get; } = name.Length == 0;

    /// <summary>True while somebody in the guest has it open.</summary>
    public bool IsOpen { get; set; }

    /// <summary>True when there is something to tell the driver.</summary>
    public bool HasUntold => _untold != 0;

    /// <summary>Says that the driver must be told something.</summary>
    public void Tell(ConsoleControlEvent what) => _untold |= 1u << (int)what;

    /// <summary>Takes the first thing that the driver must be told.</summary>
    public ConsoleControlEvent TakeUntold()
    {
        ConsoleControlEvent next = Array.Find(s_order, what => (_untold & (1u << (int)what)) != 0);
        _untold &= ~(1u << (int)next);
        return next;
    }

    /// <summary>The driver has gone.</summary>
    public void Reset()
    {
        _untold = 0;
        IsOpen = false;
    }

    /// <summary>Writes its state; the line's is the machine's to save.</summary>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(_untold);
        writer.Write(IsOpen);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(SnapshotReader reader)
    {
        _untold = reader.ReadUInt32();
        IsOpen = reader.ReadBoolean();
    }
}
