using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>The rows that libunicorn cannot be asked about.</summary>
internal static class NotComparable
{
    /// <summary>Why, and which test covers the row instead.</summary>
    public static IReadOnlyDictionary<A64Opcode, string> Rows { get; } = new Dictionary<A64Opcode, string>
    {
        [A64Opcode.ExceptionReturn] =
            "libunicorn does not bank SP and cached flags when PSTATE is written from outside, so that a return there has no known start; covered by ExceptionReturnTests",
        [A64Opcode.ExceptionReturnAuthenticated] = "as ExceptionReturn; covered by PointerAuthenticationTests",
        [A64Opcode.WaitForInterrupt] = "libunicorn ends the run and waits for nothing; covered by InterruptTests.WfiWaitsUntilAnInterruptIsPendingThoughMasked",
        [A64Opcode.WaitForEvent] = "libunicorn has no event register; covered by InterruptTests.WfeConsumesAnEventOrWaitsForOne",
    };
}
