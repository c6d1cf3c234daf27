using System.Text;
using Emulator.Cpu;
using Emulator.Cpu.System;
using Emulator.Debugging;
using Emulator.Memory;
using Emulator.Virtio;
using Emulator.Virtio.Transports;

namespace Emulator;

// What the machine tells of itself.
public sealed unsafe partial class Machine
{
    /// <summary>Where the machine stands, for messages: a line per CPU, and the virtual time. Of a machine that was disposed of, just that.</summary>
    public string DescribeState()
    {
        if (_isDisposed)
        {
            return "disposed of";
        }

        StringBuilder text = new();
        foreach (Processor processor in _processors)
        {
            ulong pc = processor.State->Pc;
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"cpu{processor.Index}: PC 0x{pc:x16}");
            if (Symbols.Find(pc) is { } location)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $" <{location}>");
            }

            text.Append(System.Globalization.CultureInfo.InvariantCulture, $" EL{processor.State->ExceptionLevel}");
            if (!_scheduler.IsOn(processor.Index))
            {
                text.Append(", off");
            }
            else if (processor.Wait != WaitKind.None)
            {
                text.Append(processor.Wait == WaitKind.Interrupt ? ", waits for an interrupt" : ", waits for an event");
            }

            if (processor.LastException is { } exception)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $", last exception {NameOf(exception.Kind)} (ESR 0x{exception.Syndrome:x8} ELR 0x{exception.ReturnAddress:x16} FAR 0x{exception.FaultAddress:x16})");
            }

            text.Append('\n');
        }

        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"virtual time {Clock.Now}, {RetiredInstructions} instructions");
        return Divergence is { } divergence ? $"{text}\n{divergence}" : text.ToString();
    }

    private static string NameOf(ExceptionKind kind)
    {
        StringBuilder text = new();
        foreach (char c in kind.ToString())
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    private static SortedDictionary<string, long> ExceptionsOf(Processor processor)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (int kind = 0; kind < (int)ExceptionKind.Count; kind++)
        {
            if (processor.ExceptionCounts[kind] != 0)
            {
                counts[NameOf((ExceptionKind)kind)] = processor.ExceptionCounts[kind];
            }
        }

        return counts;
    }

    private SortedDictionary<string, IReadOnlyDictionary<string, long>> DeviceCounters()
    {
        var devices = new SortedDictionary<string, IReadOnlyDictionary<string, long>>(StringComparer.Ordinal);
        foreach (BusRegion region in Bus.Regions)
        {
            if (region.Device is not null && region.Accesses != 0)
            {
                var counters = (region.Device as VirtioMmioTransport)?.Counters.ToDictionary() ?? [];
                counters["accesses"] = region.Accesses;
                devices[region.Name] = counters;
            }
        }

        foreach ((string name, VirtioCounters counters) in _devices.VirtioPciCounters)
        {
            devices[name] = counters.ToDictionary();
        }

        return devices;
    }

    private SortedDictionary<string, IReadOnlyList<QueueLatency>> RequestLatencies()
    {
        var devices = new SortedDictionary<string, IReadOnlyList<QueueLatency>>(StringComparer.Ordinal);
        foreach ((string name, VirtioCounters counters) in _devices.VirtioCounters)
        {
            if (counters.Latencies.ToList() is { Count: > 0 } queues)
            {
                devices[name] = queues;
            }
        }

        return devices;
    }
}
