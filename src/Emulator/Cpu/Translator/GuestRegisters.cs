using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Which guest registers live in registers of the host while generated code runs: always the same ones, so that any block can follow any other and state
/// is never anywhere but in its place. RAX, RCX and RDX are for single instructions, RBP points to the state, R15 counts the budget.
/// </summary>
internal static class GuestRegisters
{
    /// <summary>Instructions to the limit that no block has taken for itself yet.</summary>
    public const HostRegister Budget = HostRegister.R15;

    // By index in CpuState.X; RSP for what stays in memory.
    private static readonly HostRegister[] Places = MakePlaces();

    /// <summary>Guest registers in registers of the host.</summary>
    public static ReadOnlySpan<byte> Kept => [0, 1, 2, 3, 4, 5, 6, 19, 20, CpuState.StackPointer];

    /// <summary>True when a guest register is in a register of the host.</summary>
    public static bool TryGet(int index, out HostRegister register)
    {
        register = Places[index];
        return register != HostRegister.Rsp;
    }

    private static HostRegister[] MakePlaces()
    {
        ReadOnlySpan<HostRegister> free =
        [
            HostRegister.Rbx, HostRegister.Rsi, HostRegister.Rdi, HostRegister.R8, HostRegister.R9,
            HostRegister.R10, HostRegister.R11, HostRegister.R12, HostRegister.R13, HostRegister.R14,
        ];
        var places = new HostRegister[CpuState.Sink + 1];
        Array.Fill(places, HostRegister.Rsp);
        for (int i = 0; i < Kept.Length; i++)
        {
            places[Kept[i]] = free[i];
        }

        return places;
    }
}
