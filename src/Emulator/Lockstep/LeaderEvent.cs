namespace Emulator.Lockstep;

/// <summary>Something that came to the leader from outside its CPUs.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Target">Index of the CPU, or of the memory or bus window for what happened to one.</param>
/// <param name="Address">Physical address, register encoding, affinity, or offset in memory.</param>
/// <param name="Size">Width of an access in bytes.</param>
/// <param name="Value">What was read or written; interrupt inputs; 1 for readable.</param>
/// <param name="Outcome">How an access ended, as its own enumeration numbers it.</param>
/// <param name="Data">What was written to memory.</param>
/// <param name="Retired">Instructions retired before the one that it happened in.</param>
internal readonly record struct LeaderEvent(
    LeaderEventKind Kind, int Target, ulong Address = 0, int Size = 0, ulong Value = 0, int Outcome = 0, byte[]? Data = null, long Retired = 0)
{
    /// <summary>True for what one of the follower's instructions must ask for in turn.</summary>
    public bool IsAccess => Kind <= LeaderEventKind.PowerQuery;

    /// <summary>The event in words.</summary>
    public override string ToString() => Kind switch
    {
        LeaderEventKind.DeviceRead => $"cpu{Target} reads {Size} bytes at 0x{Address:x}: 0x{Value:x}",
        LeaderEventKind.DeviceWrite => $"cpu{Target} writes 0x{Value:x}, {Size} bytes, at 0x{Address:x}",
        LeaderEventKind.RegisterRead => $"cpu{Target} reads {Cpu.System.SystemRegisterTable.GenericName((ushort)Address)}: 0x{Value:x}",
        LeaderEventKind.RegisterWrite => $"cpu{Target} writes 0x{Value:x} to {Cpu.System.SystemRegisterTable.GenericName((ushort)Address)}",
        LeaderEventKind.PowerQuery => $"PSCI asks for the CPU with affinity 0x{Address:x}",
        LeaderEventKind.Inputs => $"cpu{Target}'s interrupt inputs become {(Cpu.System.InterruptInputs)Value}",
        LeaderEventKind.MemoryWritten => $"{Size} bytes are written at offset 0x{Address:x} of memory {Target}",
        _ => $"array {Target} is {(Value != 0 ? "readable" : "not readable")}",
    };
}
