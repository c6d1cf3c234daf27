using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Emulator.Testing;

namespace Emulator.BootTests.UBoot;

/// <summary>QEMU's <c>virt</c> board with an image as its firmware, and its first UART.</summary>
internal sealed class QemuMachine : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;

    /// <summary>Starts it; the running test is left out when there is no QEMU.</summary>
    /// <param name="imagePath">The firmware.</param>
    /// <param name="machine">What follows <c>-M virt</c>.</param>
    /// <param name="arguments">Other arguments.</param>
    public QemuMachine(string imagePath, string machine, params string[] arguments)
    {
        string program = Peer.RequireProgram("qemu-system-aarch64", "install the package qemu-system-arm");
        _process = Process.Start(new ProcessStartInfo(
            program,
            [
                "-M", $"virt{machine}", "-cpu", "cortex-a57", "-m", "256", "-nodefaults", "-display", "none",
                "-serial", "stdio", "-rtc", "base=2024-01-01T00:00:00,clock=vm", "-bios", imagePath, .. arguments,
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    /// <summary>Types something, and reads until the answer has ended.</summary>
    public string Take(UBootStep step)
    {
        Stream input = _process.StandardInput.BaseStream;
        input.Write(Encoding.Latin1.GetBytes(step.Input));
        input.Flush();
        using var patience = new CancellationTokenSource(s_patience);
        Regex? until = step.Until is null ? null : new Regex(step.Until, RegexOptions.Multiline);
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        while (true)
        {
            int count = _process.StandardOutput.BaseStream.ReadAsync(buffer, patience.Token).AsTask().GetAwaiter().GetResult();
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

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
