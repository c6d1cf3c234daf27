using Emulator.Serial;

namespace Emulator.InteropTests.Qtest;

/// <summary>Our PL011 and QEMU's.</summary>
internal sealed class Pl011ComparisonTests
{
    private const int Line = 1;

    // UARTCR without loopback (bit 7).
    private static readonly NamedRegister[] s_registers =
    [
        new(0x000, "UARTDR"),
        new(0x004, "UARTRSR/UARTECR"),
        new(0x018, "UARTFR"),
        new(0x020, "UARTILPR") { Writable = 0xff, Reserved = 0xffff_ff00 },
        new(0x024, "UARTIBRD") { Writable = 0xffff, Reserved = 0xffff_0000 },
        new(0x028, "UARTFBRD") { Writable = 0x3f, Reserved = 0xffff_ffc0 },
        new(0x02c, "UARTLCR_H") { Writable = 0xff, Reserved = 0xffff_ff00 },
        new(0x030, "UARTCR") { Writable = 0xff07, Reserved = 0xffff_0078 },
        new(0x034, "UARTIFLS") { Writable = 0x3f, Reserved = 0xffff_ffc0 },
        new(0x038, "UARTIMSC") { Writable = 0x7ff, Reserved = 0xffff_f800 },
        new(0x03c, "UARTRIS"),
        new(0x040, "UARTMIS"),
        new(0x044, "UARTICR"),
        new(0x048, "UARTDMACR") { Writable = 0x7, Reserved = 0xffff_fff8 },
        new(0xfe0, "UARTPeriphID0-3, UARTPCellID0-3", 8),
    ];

    internal static ComparedDevice Device => new()
    {
        Name = "PL011",
        Address = 0x0900_0000,
        Registers = s_registers,
        KnownDifferences = KnownDifferences,
        Create = () =>
        {
            var machine = new OurMachine();
            var port = new ConsolePort("console0");
            machine.Bus.MapDevice(0x0900_0000, new Pl011("pl011@9000000", port, machine.Line(Line), machine.Clock, machine.Unimplemented));
            machine.SendInput = character =>
            {
                port.Send([character]);
                port.Pump();
            };
            return machine;
        },
    };

    private static KnownDifference[] KnownDifferences =>
    [
        ScriptBuilder.ReservedBitsAreKept(s_registers),
        new(
            "The receive interrupt comes at the trigger level of UARTIFLS. QEMU 7.2 raises it with each character.",
            d => d.Script == "input with FIFO" && (d.Register is "UARTRIS" or "UARTMIS" || d.Ours.Value == d.Theirs.Value)),
        new(
            "An empty receive FIFO reads as zero. QEMU 7.2 shows the character that lies where the next one will.",
            d => d.Script == "input with FIFO" && d.Register == "UARTDR" && d.Ours.Value == 0),
        new(
            "Loopback (UARTCR.LBE) works, modem lines included. QEMU 7.2 ignores it.",
            d => d.Script == "loopback"),
    ];

    [Test]
    public void Agrees()
    {
        var comparison = new DeviceComparison(Device);
        foreach (DeviceScript script in ScriptBuilder.All(Device))
        {
            comparison.Run(script);
        }

        comparison.Run(UndeclaredOffsets());
        comparison.Run(Input("input without FIFO", fifo: false, [.. "a"u8]));
        comparison.Run(Input("input with FIFO", fifo: true, [.. "abcdefghijklmnop"u8]));
        comparison.Run(Loopback());
        comparison.AssertAgreement();
    }

    private static DeviceScript UndeclaredOffsets()
    {
        var script = new DeviceScript("undeclared offsets");
        foreach (ulong offset in (ulong[])[0x008, 0x00c, 0x010, 0x014, 0x01c, 0x04c, 0x080, 0x800, 0xfdc])
        {
            script.Read(offset).Write(offset, 0xffff_ffff).Read(offset);
        }

        return script;
    }

    private static DeviceScript Loopback() =>
        new DeviceScript("loopback").Write(0x030, 0xf80).Read(0x018).Read(0x03c).Write(0x000, 0x41).Read(0x018).Read(0x03c).Read(0x000).Read(0x018);

    private static DeviceScript Input(string name, bool fifo, byte[] characters)
    {
        var script = new DeviceScript(name).Write(0x038, 0x7ff).Write(0x02c, fifo ? 0x70u : 0x60u);
        for (int round = 0; round < 2; round++)
        {
            foreach (byte character in characters)
            {
                script.SendInput(character).Read(0x018).Read(0x03c).Read(0x040).Read(0x004);
            }

            foreach (byte _ in characters)
            {
                script.Read(0x000).Read(0x018).Read(0x03c).Read(0x040);
            }

            script.Read(0x000).Write(0x044, 0x7ff).Read(0x03c);
        }

        return script;
    }
}
