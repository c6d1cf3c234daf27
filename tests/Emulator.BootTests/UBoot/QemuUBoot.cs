using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Emulator.Testing;

namespace Emulator.BootTests.UBoot;

/// <summary>What QEMU's <c>virt</c> board printed when the same image was taken through <see cref="UBootScript"/>.</summary>
internal sealed class QemuUBoot
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly Dictionary<string, string> _outputs = [];

    /// <summary>Runs the script on QEMU; the running test is left out when there is none.</summary>
    public QemuUBoot(string imagePath)
    {
        string program = Peer.RequireProgram("qemu-system-aarch64", "install the package qemu-system-arm");

        // Without ACPI, QEMU puts the GPIO block of our board into the tree; without ITS, it has our board's interrupt controller.
        using Process qemu = Process.Start(new ProcessStartInfo(
            program,
            [
                "-M", "virt,gic-version=3,acpi=off", "-cpu", "cortex-a57", "-m", "256", "-nodefaults", "-display", "none",
                "-serial", "stdio", "-rtc", "base=2024-01-01T00:00:00,clock=vm", "-bios", imagePath,
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            RunScript(qemu);
        }
        finally
        {
            qemu.Kill();
            qemu.WaitForExit();
        }
    }

    /// <summary>Everything printed in a step, as <see cref="UBootMoment.Output"/>.</summary>
    public string this[string step] => _outputs[step];

    private void RunScript(Process qemu)
    {
        Stream input = qemu.StandardInput.BaseStream;
        Stream output = qemu.StandardOutput.BaseStream;
        foreach (UBootStep step in UBootScript.Steps)
        {
            input.Write(Encoding.Latin1.GetBytes(step.Input));
            input.Flush();
            _outputs.Add(step.Name, Read(output, step));
        }
    }

    private static string Read(Stream output, UBootStep step)
    {
        using var patience = new CancellationTokenSource(s_patience);
        Regex? until = step.Until is null ? null : new Regex(step.Until, RegexOptions.Multiline);
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        while (true)
        {
            int count = output.ReadAsync(buffer, patience.Token).AsTask().GetAwaiter().GetResult();
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            if (until is null ? count == 0 : until.IsMatch(text.ToString()))
            {
                return text.ToString();
            }

            if (count == 0)
            {
                throw new InvalidOperationException($"QEMU ended in the step '{step}' after printing: {text}");
            }
        }
    }
}
