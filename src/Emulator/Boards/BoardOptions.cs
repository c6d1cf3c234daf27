namespace Emulator.Boards;

/// <summary>What can be chosen about a board. A value outside its range is refused when it is set, one that only some boards take by <see cref="Board.Describe"/>.</summary>
public sealed record BoardOptions
{
    /// <summary>The seed of a machine that is given none.</summary>
    public const ulong DefaultSeed = 0x0123456789abcdef;

    private static readonly string[] KnownCpuModels = ["cortex-a53", "cortex-a57", "cortex-a72", "max"];

    /// <summary>The names that <see cref="CpuModel"/> takes.</summary>
    public static IReadOnlyList<string> CpuModels => KnownCpuModels;

    /// <summary>The CPUs: one of <see cref="CpuModels"/>.</summary>
    /// <exception cref="BoardOptionException">Another name.</exception>
    public string CpuModel
    {
        get;
        init => field = KnownCpuModels.Contains(value) ? value : throw Refuse(nameof(CpuModel), $"'{value}' is not known; use one of {string.Join(", ", KnownCpuModels)}");
    }

    = "cortex-a57";

    /// <summary>Number of CPUs, from 1. The board says how many it takes.</summary>
    /// <exception cref="BoardOptionException">Less than 1.</exception>
    public int Cpus
    {
        get;
        init => field = value >= 1 ? value : throw Refuse(nameof(Cpus), $"is {value}; a machine has at least 1");
    }

    = 1;

    /// <summary>Version of the interrupt controller: 2 or 3.</summary>
    /// <exception cref="BoardOptionException">Another number.</exception>
    public int GicVersion
    {
        get;
        init => field = value is 2 or 3 ? value : throw Refuse(nameof(GicVersion), $"is {value}; use 2 or 3");
    }

    = 3;

    /// <summary>Size of the RAM in bytes, a multiple of 1 MiB. The board says how much it takes.</summary>
    /// <exception cref="BoardOptionException">Zero or no multiple of 1 MiB.</exception>
    public ulong MemorySize
    {
        get;
        init => field = value != 0 && value % (1 << 20) == 0 ? value : throw Refuse(nameof(MemorySize), $"is {value} bytes; it must be a multiple of 1 MiB");
    }

    = 256UL << 20;

    /// <summary>Exception level out of reset: 1, 2 or 3. With 3 the board has the secure state and an interrupt controller with two security states.</summary>
    /// <exception cref="BoardOptionException">Another number.</exception>
    public int ExceptionLevel
    {
        get;
        init => field = value is >= 1 and <= 3 ? value : throw Refuse(nameof(ExceptionLevel), $"is {value}; use 1, 2 or 3");
    }

    = 1;

    /// <summary>Seeds everything random that a guest can see.</summary>
    public ulong Seed { get; init; } = DefaultSeed;

    /// <summary>What the real-time clock shows at start; from 1970 to 2106, as its 32 bits hold seconds.</summary>
    /// <exception cref="BoardOptionException">Outside the clock's range.</exception>
    public DateTimeOffset RtcEpoch
    {
        get;
        init => field = value.ToUnixTimeSeconds() is >= 0 and <= uint.MaxValue ? value : throw Refuse(nameof(RtcEpoch), $"is {value:u}; the clock holds 1970-01-01 to 2106-02-07");
    }

    = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The extension of the virtio-mmio transports by message-signalled interrupts.</summary>
    public VirtioMsi VirtioMsi { get; init; }

    private static BoardOptionException Refuse(string option, string problem) => new(option, problem);
}
