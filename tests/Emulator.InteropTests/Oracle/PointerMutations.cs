using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Mistakes in pointer authentication.</summary>
internal static class PointerMutations
{
    private const ulong HalfBit = 1UL << 55;

    /// <summary>The list.</summary>
    public static IReadOnlyList<Mutation> All { get; } =
    [
        new(A64Opcode.PacInstructionAddress, "bit 55 is part of the code", m => m.Rd ^= (m.Rd >> 1) & HalfBit),
        new(A64Opcode.PacDataAddressZero, "code of the other key", m => m.Rd = m.Field("K") == 1 ? m.OldRd : m.Rd),
        new(A64Opcode.AuthenticateInstructionAddress, "never fails", m => m.Rd &= ~(3UL << 61)),
        new(A64Opcode.AuthenticateLinkRegisterByStackPointer, "does nothing", m => m.Set(30, m.BeforeX(30))),
        new(A64Opcode.StripInstructionAddress, "always of the lower half", m => m.Rd &= HalfBit - 1),
        new(A64Opcode.PacGeneric, "in the lower half", m => m.Rd >>= 32),
        new(A64Opcode.BranchWithLinkToRegisterAuthenticated, "not linked", m => m.Set(30, m.BeforeX(30))),
        new(A64Opcode.LoadRegisterAuthenticatedPreIndexed, "not written back", m => m.Set(m.Field("Rn"), m.BeforeX(m.Field("Rn")))),
    ];
}
