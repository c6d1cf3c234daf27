using System.Reflection;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Emulator.Benchmarks.VirtioProxy;

if (args is ["carriers"])
{
    return CarrierTable.Run(Console.Out);
}

if (args is ["carriers", "notifications"])
{
    return NotificationTable.Run(Console.Out);
}

if (args is ["carriers", string side, string path])
{
    return NotificationTable.BeOneOf(side, path);
}

// In this process: what is measured is native code that the benchmarked code makes, or loops that run for long, and nothing has to be built again.
IConfig config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsDefault());
return BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args, config).Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0;
