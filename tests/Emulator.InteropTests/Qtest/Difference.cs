namespace Emulator.InteropTests.Qtest;

/// <summary>A step after which the two machines showed different things.</summary>
/// <param name="Script">The script's name.</param>
/// <param name="Index">The step's index in it.</param>
/// <param name="Step">The step.</param>
/// <param name="Register">The register's name.</param>
/// <param name="Ours">What our device showed.</param>
/// <param name="Theirs">What QEMU's showed.</param>
internal sealed record Difference(string Script, int Index, DeviceStep Step, string Register, StepResult Ours, StepResult Theirs)
{
    public override string ToString() => $"{Script}[{Index}] {Step} ({Register}): ours {Ours}, QEMU {Theirs}";
}
