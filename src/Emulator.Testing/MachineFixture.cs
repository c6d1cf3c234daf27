using System.Collections.Concurrent;
using NUnit.Framework;
using NUnit.Framework.Interfaces;

namespace Emulator.Testing;

/// <summary>
/// Base of NUnit fixtures whose tests run machines. It disposes of them after each test, and attaches what their guests printed to a test that failed.
/// </summary>
public abstract class MachineFixture
{
    private readonly ConcurrentDictionary<string, List<Machine>> _machines = new();

    private static string CurrentTest => TestContext.CurrentContext.Test.ID;

    /// <summary>Builds a machine for the running test; it is disposed of when the test ends.</summary>
    /// <param name="builder">What to build.</param>
    /// <returns>The machine, which has not run yet.</returns>
    protected Machine Start(MachineBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Machine machine = builder.WithLockstepIfWanted().Build();
        _machines.GetOrAdd(CurrentTest, _ => []).Add(machine);
        return machine;
    }

    /// <summary>NUnit calls this after each test.</summary>
    [TearDown]
    public void DisposeMachines()
    {
        if (!_machines.TryRemove(CurrentTest, out List<Machine>? machines))
        {
            return;
        }

        string? divergence = LockstepRuns.IsWanted ? machines.Select(machine => machine.Divergence).FirstOrDefault(text => text is not null) : null;
        for (int i = 0; i < machines.Count; i++)
        {
            if (divergence is not null || TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
            {
                Attach(machines[i], i);
            }

            machines[i].Dispose();
        }

        if (divergence is not null)
        {
            Assert.Fail(divergence);
        }
    }

    private static void Attach(Machine machine, int index)
    {
        TestContext context = TestContext.CurrentContext;
        string name = string.Concat(context.Test.FullName.Select(c => Path.GetInvalidFileNameChars().Contains(c) || c is '"' or ' ' ? '_' : c));
        string path = Path.Combine(context.WorkDirectory, $"{name}.console{index}.txt");
        File.WriteAllText(path, machine.Console.Transcript + "\n\n" + machine.DescribeState() + "\n", System.Text.Encoding.Latin1);
        TestContext.AddTestAttachment(path, $"what machine {index} printed, and where it stands");
    }
}
