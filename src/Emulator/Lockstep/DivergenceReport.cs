using System.Globalization;
using System.Text;
using Emulator.Cpu;
using Emulator.Cpu.Isa;
using Emulator.Firmware;

namespace Emulator.Lockstep;

/// <summary>Puts a difference into words.</summary>
/// <param name="leader">Name of the leader's engine.</param>
/// <param name="follower">Name of the follower's engine.</param>
/// <param name="symbols">Symbols of the image.</param>
internal sealed unsafe class DivergenceReport(string leader, string follower, SymbolTable symbols)
{
    // Of a block that the leader executed as one.
    private const int MostInstructions = 32;

    /// <summary>Makes the report.</summary>
    /// <param name="leaderCpu">The leader's CPU as it is now.</param>
    /// <param name="followerCpu">The follower's CPU as it is now.</param>
    /// <param name="before">What both were like before.</param>
    /// <param name="note">What else is not alike, or null.</param>
    /// <param name="memory">Memory that differs.</param>
    public Divergence Make(Processor leaderCpu, Processor followerCpu, CpuSnapshot before, string? note, IReadOnlyList<StateDifference> memory)
    {
        StateDifference[] differences = [.. StateComparison.Differences(leaderCpu, followerCpu), .. memory];
        StringBuilder text = new();
        Line(text, $"lockstep: {leader} and {follower} differ on cpu{leaderCpu.Index} after {before.Retired} instructions");
        Instructions(text, leaderCpu, before);
        if (note is not null)
        {
            Line(text, $"  {note}");
        }

        Line(text, $"  {"",-14} {"before",-18} {leader,-18} {follower}");
        foreach (StateDifference difference in differences)
        {
            Line(text, $"  {difference.Name,-14} {BeforeOf(difference.Name, before),-18} {difference.Leader,-18} {difference.Follower}");
        }

        Line(text, $"  before: EL{before.ExceptionLevel} PSTATE 0x{before.ProcessState:x8} SP 0x{before.X(CpuState.StackPointer):x16}");
        for (int i = 0; i < CpuState.StackPointer; i += 4)
        {
            text.Append("  ");
            for (int n = i; n < Math.Min(i + 4, CpuState.StackPointer); n++)
            {
                text.Append(CultureInfo.InvariantCulture, $"{"X" + n.ToString(CultureInfo.InvariantCulture),4} 0x{before.X(n):x16}");
            }

            text.Append('\n');
        }

        return new Divergence(before.ProgramCounter, before.Retired, differences, text.ToString().TrimEnd('\n'));
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture).TrimEnd()).Append('\n');

    private static string BeforeOf(string name, CpuSnapshot before)
    {
        ulong? value = name switch
        {
            "PC" => before.ProgramCounter,
            "PSTATE" => before.ProcessState,
            "SP" => before.X(CpuState.StackPointer),
            _ when name[0] == 'X' => before.X(int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture)),
            _ when name[0] == 'V' && name.Contains(".D[", StringComparison.Ordinal) =>
                before.V(int.Parse(name.AsSpan(1, name.IndexOf('.', StringComparison.Ordinal) - 1), CultureInfo.InvariantCulture), name[^2] - '0'),
            _ => null,
        };
        return value is { } known ? $"0x{known:x16}" : "";
    }

    // What was executed stands in memory still, unless it has overwritten itself.
    private void Instructions(StringBuilder text, Processor cpu, CpuSnapshot before)
    {
        int count = (int)Math.Clamp(cpu.State->Retired - before.Retired, 1, MostInstructions);
        for (int i = 0; i < count; i++)
        {
            ulong address = before.ProgramCounter + ((ulong)i * 4);
            string symbol = symbols.Find(address) is { } location ? $" <{location}>" : "";
            string instruction = cpu.TryReadInstruction(before.ExceptionLevel, address, out uint word)
                ? $"0x{word:x8}  {Disassembler.Disassemble(word, address)}"
                : "not readable";
            Line(text, $"  PC 0x{address:x16}{symbol}: {instruction}");
        }
    }
}
