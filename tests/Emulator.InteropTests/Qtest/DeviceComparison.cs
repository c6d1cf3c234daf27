namespace Emulator.InteropTests.Qtest;

/// <summary>Performs scripts on our device and on QEMU's, and tells where they differ.</summary>
internal sealed class DeviceComparison
{
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
        string gic = qemu.FindDevice("arm-gicv3");
        if (!_device.DrivesInterrupts)
        {
            qemu.InterceptInterrupts(gic);
        }

        using OurMachine machine = _device.Create();
        List<StepResult> ours = machine.Run(script, _device.Address);
        List<StepResult> theirs = qemu.Run(script, _device.Address, gic);
        for (int i = 0; i < ours.Count; i++)
        {
            if (ours[i] != theirs[i])
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
        Assert.That(
            _unexplained,
            Is.Empty,
            $"{_unexplained.Count} unexplained differences, the first:\n{string.Join('\n', _unexplained.Take(40))}\n");
        Assert.That(Unneeded.Select(k => k.Reason), Is.Empty, "explanations that are no longer needed");
    }

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
