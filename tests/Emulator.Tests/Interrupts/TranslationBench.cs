using System.Buffers.Binary;
using Emulator.Interrupts;
using Emulator.Memory;

namespace Emulator.Tests.Interrupts;

/// <summary>A GIC with a translation service, memory for its tables, and the words in which software speaks to it.</summary>
internal sealed class TranslationBench : IDisposable
{
    public const ulong Memory = 0x4000_0000;
    public const ulong Queue = Memory;
    public const ulong Devices = Memory + 0x10_0000;
    public const ulong Collections = Memory + 0x20_0000;
    public const ulong Configuration = Memory + 0x30_0000;
    public const ulong Pending = Memory + 0x34_0000;
    public const ulong InterruptTables = Memory + 0x40_0000;
    public const ulong MemoryLength = 0x80_0000;
    public const ulong Nowhere = 0x10_0000_0000;
    public const ulong ServiceBase = 0x0808_0000;

    private const ulong Valid = 1ul << 63;
    private const int QueueLength = 0x1000;

    private readonly GuestRam _ram = new("ram", MemoryLength, RamMode.Private);
    private ulong _write;

    public TranslationBench(int cpus = 1, bool twoSecurityStates = false)
    {
        Bus.MapRam(Memory, _ram);
        Dma = new DmaView(Bus, BusInitiator.Host);
        Bench = new GicBench(new GicV3Options { CpuCount = cpus, TwoSecurityStates = twoSecurityStates }, Dma);
        Bus.MapDevice(ServiceBase, Service);
        Messages = new MessageBus(Bus);
    }

    public SystemBus Bus { get; } = new();

    public DmaView Dma { get; }

    public GicBench Bench { get; }

    public GicV3 Gic => Bench.Gic;

    public GicTranslationService Service => Gic.TranslationService!;

    public IMsiTarget Messages { get; }

    public GuestRam Ram => _ram;

    /// <summary>Everything switched on: groups, LPIs, tables, queue, and each collection of a CPU's number at that CPU.</summary>
    public static TranslationBench Ready(int cpus = 1, bool twoLevels = false)
    {
        var bench = new TranslationBench(cpus);
        bench.Bench.WriteDistributor(0, 3);
        bench.PointToTables(twoLevels);
        bench.WriteService(0, 1);
        for (int cpu = 0; cpu < cpus; cpu++)
        {
            bench.Bench.OpenCpu(cpu);
            bench.EnableLpis(cpu);
            bench.MapCollection((uint)cpu, cpu);
        }

        return bench;
    }

    public void PointToTables(bool twoLevels = false)
    {
        if (twoLevels)
        {
            // Pages of 4 KiB: 512 entries each; the first-level pages stand at the start of the areas.
            for (uint page = 0; page < 3; page++)
            {
                WriteMemory64(Devices + (8 * page), Valid | (Devices + (0x1000 * (page + 1))));
                WriteMemory64(Collections + (8 * page), Valid | (Collections + (0x1000 * (page + 1))));
            }

            WriteService(0x100, Valid | (1ul << 62) | Devices, 8);
            WriteService(0x108, Valid | (1ul << 62) | Collections, 8);
        }
        else
        {
            WriteService(0x100, Valid | (2 << 8) | Devices | 15, 8);
            WriteService(0x108, Valid | (2 << 8) | Collections, 8);
        }

        WriteService(0x80, Valid | Queue, 8);
    }

    public void EnableLpis(int cpu = 0, uint idBits = 15)
    {
        WriteRedistributor(0x70, Configuration | idBits, cpu, 8);
        WriteRedistributor(0x78, PendingOf(cpu), cpu, 8);
        WriteRedistributor(0, 1, cpu);
    }

    public static ulong PendingOf(int cpu) => Pending + (0x1_0000 * (ulong)cpu);

    public static ulong InterruptsOf(uint device) => InterruptTables + (0x8000 * (ulong)(device % 16));

    /// <summary>Writes an LPI's entry in the configuration table.</summary>
    public void Configure(int id, int priority = 0xa0, bool enabled = true) =>
        Assert.That(Dma.TryWrite(Configuration + (ulong)(id - GicLpis.First), [(byte)((priority & 0xfc) | (enabled ? 1 : 0))]), Is.True);

    public ulong ReadService(int offset, int size = 4) => GicBench.Read(Service, (ulong)offset, size, secure: false);

    public void WriteService(int offset, ulong value, int size = 4) => GicBench.Write(Service, (ulong)offset, value, size, secure: false);

    public void WriteRedistributor(int offset, ulong value, int cpu = 0, int size = 4) => GicBench.Write(Gic.Redistributor(cpu), (ulong)offset, value, size, secure: false);

    public ulong ReadRedistributor(int offset, int cpu = 0, int size = 4) => GicBench.Read(Gic.Redistributor(cpu), (ulong)offset, size, secure: false);

    public void WriteMemory64(ulong address, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Assert.That(Dma.TryWrite(address, bytes), Is.True);
    }

    /// <summary>Queues commands and lets the service see all of them at once.</summary>
    public void Send(params ReadOnlySpan<GicTranslationCommand> commands)
    {
        foreach (GicTranslationCommand command in commands)
        {
            WriteMemory64(Queue + _write, command.First);
            WriteMemory64(Queue + _write + 8, command.Second);
            WriteMemory64(Queue + _write + 16, command.Third);
            WriteMemory64(Queue + _write + 24, command.Fourth);
            _write = (_write + GicTranslationCommand.Length) % QueueLength;
        }

        WriteService(0x88, _write, 8);
    }

    public static GicTranslationCommand MapDeviceCommand(uint device, int bits, ulong table, bool valid = true) =>
        new(GicTranslationCommand.Mapd | ((ulong)device << 32), (ulong)(bits - 1), table | (valid ? Valid : 0), 0);

    public static GicTranslationCommand MapCollectionCommand(uint collection, ulong target, bool valid = true) =>
        new(GicTranslationCommand.Mapc, 0, collection | (target << 16) | (valid ? Valid : 0), 0);

    public static GicTranslationCommand MapInterruptCommand(uint device, uint eventId, uint id, uint collection) =>
        new(GicTranslationCommand.Mapti | ((ulong)device << 32), eventId | ((ulong)id << 32), collection, 0);

    public static GicTranslationCommand Command(byte number, uint device, uint eventId, uint collection = 0) =>
        new(number | ((ulong)device << 32), eventId, collection, 0);

    public void MapDevice(uint device, int bits = 5) => Send(MapDeviceCommand(device, bits, InterruptsOf(device)));

    public void MapCollection(uint collection, int cpu) => Send(MapCollectionCommand(collection, (ulong)cpu));

    public void MapInterrupt(uint device, uint eventId, int id, uint collection = 0) => Send(MapInterruptCommand(device, eventId, (uint)id, collection));

    public void Interrupt(uint device, uint eventId) => Send(Command(GicTranslationCommand.Int, device, eventId));

    /// <summary>A message to GITS_TRANSLATER.</summary>
    public void Message(uint device, uint eventId) =>
        Assert.That(Messages.Send(ServiceBase + GicTranslationService.Translater, eventId, new BusInitiator(device)), Is.EqualTo(BusStatus.Ok));

    public int HighestPending(int cpu = 0) => Bench.ReadRegister(GicSystemRegister.HighestPending1, cpu);

    public int Acknowledge(int cpu = 0) => Bench.ReadRegister(GicSystemRegister.Acknowledge1, cpu);

    public void End(int id, int cpu = 0) => Bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, (ulong)id, cpu);

    /// <summary>A bench of the same shape with the same memory and state.</summary>
    public TranslationBench Copy()
    {
        var copy = new TranslationBench(Gic.CpuCount) { _write = _write };
        byte[] page = new byte[0x1000];
        for (ulong offset = 0; offset < MemoryLength; offset += 0x1000)
        {
            _ram.Read(offset, page);
            copy._ram.Write(offset, page);
        }

        copy.Gic.Load(new Snapshots.SnapshotReader(Bench.Save()));
        return copy;
    }

    public void Dispose() => _ram.Dispose();
}
