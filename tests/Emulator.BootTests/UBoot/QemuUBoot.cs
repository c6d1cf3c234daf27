namespace Emulator.BootTests.UBoot;

/// <summary>What QEMU's <c>virt</c> board printed when the same image was taken through <see cref="UBootScript"/>.</summary>
internal sealed class QemuUBoot
{
    private readonly Dictionary<string, string> _outputs = [];

    /// <summary>Runs the script on QEMU; the running test is left out when there is none.</summary>
    public QemuUBoot(string imagePath)
    {
        // Without ACPI, QEMU puts the GPIO block of our board into the tree; without ITS, it has our board's interrupt controller.
        using var qemu = new QemuMachine(imagePath, ",gic-version=3,acpi=off");
        foreach (UBootStep step in UBootScript.Steps)
        {
            _outputs.Add(step.Name, qemu.Take(step));
        }
    }

    /// <summary>Everything printed in a step, as <see cref="UBootMoment.Output"/>.</summary>
    public string this[string step] => _outputs[step];
}
