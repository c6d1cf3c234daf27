using System.Globalization;
using System.Text;

namespace Emulator.Boards;

/// <summary>A board with all its choices made, as data: where everything stands and which interrupts it has. It never changes.</summary>
public sealed class BoardDescription
{
    private readonly Func<BoardDescription, DeviceTree> _createDeviceTree;

    internal BoardDescription(Board board, BoardOptions options, IEnumerable<BoardRegion> regions, Func<BoardDescription, DeviceTree> createDeviceTree)
    {
        Board = board;
        Options = options;
        List<BoardRegion> sorted = [.. regions];
        sorted.Sort((left, right) => left.Base.CompareTo(right.Base));
        Regions = sorted;
        _createDeviceTree = createDeviceTree;
        for (int index = 1; index < Regions.Count; index++)
        {
            if (Regions[index].Base < Regions[index - 1].End)
            {
                throw new InvalidOperationException($"{Regions[index - 1].Name} and {Regions[index].Name} overlap");
            }
        }
    }

    /// <summary>The kind of board.</summary>
    public Board Board { get; }

    /// <summary>What was chosen.</summary>
    public BoardOptions Options { get; }

    /// <summary>The windows of the memory map, by address. None overlaps another.</summary>
    public IReadOnlyList<BoardRegion> Regions { get; }

    /// <summary>The interrupts that each CPU has of its own.</summary>
    public PrivateInterrupts PrivateInterrupts { get; } = new();

    /// <summary>How a guest calls PSCI: HVC when it starts at EL1, SMC at EL2, not at all at EL3.</summary>
    public PsciConduit PsciConduit => Options.ExceptionLevel switch
    {
        1 => PsciConduit.Hvc,
        2 => PsciConduit.Smc,
        _ => PsciConduit.None,
    };

    /// <summary>True when the machine has the secure state.</summary>
    public bool HasSecureState => Options.ExceptionLevel == 3;

    /// <summary>The main memory.</summary>
    public BoardRegion Ram => Regions.First(region => region.Kind == BoardRegionKind.Ram);

    /// <summary>The memory map as a table: one window a line, a row of equal devices on one line.</summary>
    public string MemoryMap
    {
        get
        {
            StringBuilder table = new();
            AddLine(table, "first", "last", "size", "name", "interrupts", "what");
            for (int index = 0; index < Regions.Count; index++)
            {
                BoardRegion first = Regions[index];
                while (index + 1 < Regions.Count && Regions[index + 1].Base == Regions[index].End && Regions[index + 1].Summary == first.Summary)
                {
                    index++;
                }

                BoardRegion last = Regions[index];
                string name = first == last ? first.Name : $"{first.Name}-{last.Name.AsSpan().TrimStart(first.Name.AsSpan().TrimEnd("0123456789"))}";
                AddLine(table, $"{first.Base:x8}", $"{last.End - 1:x8}", FormatSize(last.End - first.Base), name, FormatInterrupts(first, last), first.Summary);
            }

            return table.ToString();
        }
    }

    /// <summary>The windows of one kind, by address.</summary>
    /// <param name="kind">The kind.</param>
    public IEnumerable<BoardRegion> OfKind(BoardRegionKind kind) => Regions.Where(region => region.Kind == kind);

    /// <summary>The window of a name.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The window, or null when the board, with these options, has none.</returns>
    public BoardRegion? Find(string name) => Regions.FirstOrDefault(region => region.Name == name);

    /// <summary>The affinity fields of a CPU (<c>MPIDR_EL1</c>, without its other bits): 16 CPUs to a cluster, as many as a GICv3 SGI can name at once, 8 with a GICv2.</summary>
    /// <param name="cpu">Index of the CPU.</param>
    public uint AffinityOf(int cpu)
    {
        int perCluster = Options.GicVersion == 2 ? 8 : 16;
        return (uint)((cpu / perCluster << 8) | (cpu % perCluster));
    }

    /// <summary>The device tree that tells a guest of this board. What a boot adds (command line, initrd) is not in it.</summary>
    /// <returns>A tree of its own for each call.</returns>
    public DeviceTree CreateDeviceTree() => _createDeviceTree(this);

    private static void AddLine(StringBuilder table, string first, string last, string size, string name, string interrupts, string what) =>
        table.Append(CultureInfo.InvariantCulture, $"{first,12}{last,12}{size,10}  {name,-17}{interrupts,-11}{what}\n");

    private static string FormatInterrupts(BoardRegion first, BoardRegion last)
    {
        if (first.Interrupts.Count == 0)
        {
            return "-";
        }

        BoardInterrupt lowest = first.Interrupts[0];
        BoardInterrupt highest = last.Interrupts[^1];
        return lowest == highest ? lowest.ToString() : $"{lowest}-{highest.Number}";
    }

    private static string FormatSize(ulong bytes)
    {
        (int shift, string unit) = bytes switch
        {
            >= 1UL << 30 => (30, "GiB"),
            >= 1UL << 20 => (20, "MiB"),
            >= 1UL << 10 => (10, "KiB"),
            _ => (0, "B"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / (1UL << shift):0.#} {unit}");
    }
}
