namespace Emulator.InteropTests.Qtest;

/// <summary>Performs scripts on our device and on QEMU's, and tells where they differ.</summary>
internal sealed class DeviceComparison
{
    private const int ExamplesPerRegister = 6;

    private readonly ComparedDevice _device;
    private readonly int[] _explained;
    private readonly List<Difference> _unexplained = [];
    private readonly List<DeviceScript> _scripts = [];

    public DeviceComparison(ComparedDevice device)
    {
        _device = device;
        _explained = new int[device.KnownDifferences.Count];
    }

    /// <summary>Differences that nothing explains, in the order met.</summary>
    public IReadOnlyList<Difference> Unexplained => _unexplained;

    /// <summary>Explanations that explained nothing.</summary>
    public IEnumerable<KnownDifference> Unneeded => _device.KnownDifferences.Where((_, i) => _explained[i] == 0);

    /// <summary>Performs a script on both machines, each fresh from reset.</summary>
    public void Run(DeviceScript script)
    {
        _scripts.Add(script);
        using var qemu = new QtestClient(_device.QemuArguments);
        if (_device.WatchesInterrupts)
        {
            qemu.InterceptInterrupts(qemu.FindDevice(ComparedDevice.InterruptController));
        }

        using OurMachine machine = _device.Create();
        List<StepResult> ours = machine.Run(script, _device.Address);
        List<StepResult> theirs = qemu.Run(script, _device.Address, qemu.FindDevice(_device.Driven));
        ulong lines = 0;
        for (int i = 0; i < ours.Count; i++)
        {
            // A line that differs is told once, not at every step until it agrees again.
            ulong linesBefore = lines;
            lines = ours[i].Lines ^ theirs[i].Lines;
            if (ours[i].Value != theirs[i].Value || lines != linesBefore)
            {
                DeviceStep step = script.Steps[i];
                string register = step.Kind == StepKind.SetLine ? "input" : _device.RegisterAt(step.Offset);
                Note(new Difference(script.Name, i, step, register, ours[i], theirs[i]));
            }
        }
    }

    /// <summary>Writes the report and fails unless every difference is explained and every explanation needed.</summary>
    public void AssertAgreement()
    {
        var report = new ComparisonReport(_device, _scripts, _explained, _unexplained);
        report.Publish();
        Assert.That(_unexplained.Count, Is.Zero, Summary);
        Assert.That(Unneeded.Select(k => k.Reason), Is.Empty, "explanations that are no longer needed");
    }

    // A few of each register: one cause tends to show itself a thousand times.
    private string Summary() => "unexplained differences, the first of each register:\n"
        + string.Join('\n', _unexplained.GroupBy(d => (d.Register, d.Step.Kind)).SelectMany(g => g.Take(ExamplesPerRegister)));

    private void Note(Difference difference)
    {
        for (int i = 0; i < _explained.Length; i++)
        {
            if (_device.KnownDifferences[i].Matches(difference))
            {
                _explained[i]++;
                return;
            }
        }

        _unexplained.Add(difference);
    }
}
