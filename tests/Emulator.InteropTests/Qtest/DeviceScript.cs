namespace Emulator.InteropTests.Qtest;

/// <summary>Steps to perform on a device fresh from reset. They do not depend on what is read, so that both machines go the same way.</summary>
internal sealed class DeviceScript(string name)
{
    private readonly List<DeviceStep> _steps = [];

    public string Name { get; } = name;

    public IReadOnlyList<DeviceStep> Steps => _steps;

    public DeviceScript Read(ulong offset, int size = 4)
    {
        _steps.Add(new DeviceStep(StepKind.Read, offset, size, 0));
        return this;
    }

    public DeviceScript Write(ulong offset, ulong value, int size = 4)
    {
        _steps.Add(new DeviceStep(StepKind.Write, offset, size, size == 8 ? value : value & ((1ul << (8 * size)) - 1)));
        return this;
    }

    public DeviceScript SetLine(int line, bool level)
    {
        _steps.Add(new DeviceStep(StepKind.SetLine, (ulong)line, 0, level ? 1u : 0));
        return this;
    }

    /// <summary>A character comes in on the first serial line.</summary>
    public DeviceScript SendInput(byte character)
    {
        _steps.Add(new DeviceStep(StepKind.SendInput, 0, 1, character));
        return this;
    }
}
