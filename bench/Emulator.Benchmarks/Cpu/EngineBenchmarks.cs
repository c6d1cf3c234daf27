using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using Emulator.Boards;

namespace Emulator.Benchmarks.Cpu;

/// <summary>The guests of <c>emu bench</c> on each engine, from building the machine until it is switched off.</summary>
[Config(typeof(Config))]
[SimpleJob(RunStrategy.Monitoring, warmupCount: 1, iterationCount: 5)]
public class EngineBenchmarks
{
    private string _file = null!;
    private CpuEngineFactory _engine = null!;

    [Params("loop", "state", "calls", "chase", "neon", "nbody", "mmio", "svc")]
    public string Guest { get; set; } = "";

    [Params("auto", "interpreter")]
    public string Engine { get; set; } = "";

    [GlobalSetup]
    public void Unpack()
    {
        _engine = CpuEngineFactory.Find(Engine);
        _file = Path.GetTempFileName();
        using (Stream source = typeof(EngineBenchmarks).Assembly.GetManifestResourceStream(Guest + ".elf")!)
        using (FileStream target = File.Create(_file))
        {
            source.CopyTo(target);
        }

        MipsColumn.Tell(Guest, Run());
    }

    [GlobalCleanup]
    public void Delete() => File.Delete(_file);

    /// <summary>Runs the guest to its end.</summary>
    /// <returns>How many instructions it has executed.</returns>
    [Benchmark]
    public long Run()
    {
        using Machine machine = new MachineBuilder(Board.Virt).WithKernel(_file).WithEngine(_engine).Build();
        StopReason reason = machine.Run();
        return reason == StopReason.PowerOff && machine.Console.Transcript.Contains("right", StringComparison.Ordinal)
            ? machine.RetiredInstructions
            : throw new InvalidOperationException($"{Guest} on {Engine} ended with {reason} and said: {machine.Console.Transcript}");
    }

    private sealed class Config : ManualConfig
    {
        public Config() => AddColumn(new MipsColumn());
    }
}
