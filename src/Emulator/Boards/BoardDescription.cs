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
        Regions = [.. regions.OrderBy(region => region.Base)];
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

    /// <summary>The memory map as a table, one window a line.</summary>
    public string MemoryMap
    {
        get
        {
            StringBuilder table = new();
            table.AppendLine(CultureInfo.InvariantCulture, $"{"first",-12}{"last",-12}{"size",-9}{"name",-16}{"interrupts",-12}what");
            foreach (BoardRegion region in Regions)
            {
                string interrupts = region.Interrupts.Count switch
                {
                    0 => "-",
                    1 => region.Interrupts[0].ToString(),
                    _ => $"{region.Interrupts[0]}-{region.Interrupts[^1].Number}",
                };
                table.AppendLine(CultureInfo.InvariantCulture, $"{region.Base,-12:x8}{region.End - 1,-12:x8}{FormatSize(region.Length),-9}{region.Name,-16}{interrupts,-12}{region.Summary}");
            }

            return table.ToString().ReplaceLineEndings("\n");
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

    /// <summary>The device tree that tells a guest of this board. What a boot adds (memory's contents, command line, initrd) is not in it.</summary>
    /// <returns>A tree of its own for each call.</returns>
    public DeviceTree CreateDeviceTree() => _createDeviceTree(this);

    private static string FormatSize(ulong bytes) => bytes switch
    {
        >= 1UL << 30 when bytes % (1UL << 30) == 0 => $"{bytes >> 30} GiB",
        >= 1UL << 20 when bytes % (1UL << 20) == 0 => $"{bytes >> 20} MiB",
        >= 1UL << 10 when bytes % (1UL << 10) == 0 => $"{bytes >> 10} KiB",
        _ => $"{bytes} B",
    };
}
