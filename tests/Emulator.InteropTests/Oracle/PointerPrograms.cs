using Emulator.Cpu.Features;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>The instruction that makes the authentication which comes after it succeed: pointers at random never have the right code.</summary>
internal static class PointerPrograms
{
    private const uint AddCode = 0xdac1_0000;
    private const uint AddCodeByZero = 0xdac1_23e0;
    private const uint AddCodeByZeroToData = 0xdac1_2be0;
    private const uint AddCodeByStackPointer = 0xd503_233f;
    private const uint KeyB = 1 << 10;
    private const uint ReturnKeyB = 1 << 6;

    // What tells AUT from PAC.
    private const uint Authenticates = 1 << 12;
    private const uint HintAuthenticates = 1 << 7;

    /// <summary>The word before an authenticating one, or null.</summary>
    public static uint? Before(A64Row row, uint word)
    {
        if (row.Feature != CpuFeature.PAuth)
        {
            return null;
        }

        uint n = (word >> 5) & 31;
        return row.Opcode switch
        {
            A64Opcode.AuthenticateInstructionAddress or A64Opcode.AuthenticateDataAddress
                or A64Opcode.AuthenticateInstructionAddressZero or A64Opcode.AuthenticateDataAddressZero => word & ~Authenticates,
            A64Opcode.AuthenticateX17ByX16 or A64Opcode.AuthenticateLinkRegisterByZero or A64Opcode.AuthenticateLinkRegisterByStackPointer => word & ~HintAuthenticates,
            A64Opcode.BranchToRegisterAuthenticated or A64Opcode.BranchWithLinkToRegisterAuthenticated => AddCode | (word & KeyB) | ((word & 31) << 5) | n,
            A64Opcode.BranchToRegisterAuthenticatedZero or A64Opcode.BranchWithLinkToRegisterAuthenticatedZero => AddCodeByZero | (word & KeyB) | n,
            A64Opcode.ReturnFromSubroutineAuthenticated => AddCodeByStackPointer | ((word & KeyB) != 0 ? ReturnKeyB : 0),
            A64Opcode.LoadRegisterAuthenticatedOffset or A64Opcode.LoadRegisterAuthenticatedPreIndexed when n != 31 =>
                AddCodeByZeroToData | ((word & (1 << 23)) != 0 ? KeyB : 0) | n,
            _ => null,
        };
    }
}
