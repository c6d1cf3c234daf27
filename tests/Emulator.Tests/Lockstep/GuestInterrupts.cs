using Emulator.Interrupts;
using Emulator.Tests.Rules;

namespace Emulator.Tests.Lockstep;

/// <summary>Guest code around the virtual timer's interrupt.</summary>
internal static class GuestInterrupts
{
    private const int TicksBetween = 10;

    private static readonly ushort Acknowledge = SystemRegisterAccess.Encode(3, 0, 12, 12, 0);
    private static readonly ushort EndOfInterrupt = SystemRegisterAccess.Encode(3, 0, 12, 12, 1);
    private static readonly ushort TimerValue = SystemRegisterAccess.Encode(3, 3, 14, 3, 0);

    /// <summary>Vectors that count interrupts in X20 and set the timer again; X21 to X23 are theirs.</summary>
    public static GuestAssembler CountingVectors() => Rule1RetirementTests.Vectors(
        v => v.ReadSystemRegister(21, Acknowledge).Add(20, 20, 1)
            .Load(22, TicksBetween).WriteSystemRegister(TimerValue, 22)
            .WriteSystemRegister(EndOfInterrupt, 21).ExceptionReturn(),
        0x280);
}
