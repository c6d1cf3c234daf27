namespace Emulator.Unicorn;

/// <summary>How a run ended.</summary>
/// <param name="Error">Why libunicorn ended it; <see cref="UnicornError.None"/> at the count or after an exception.</param>
/// <param name="Interrupt">The exception that ended it. It was not entered: PC and PSTATE are those of before.</param>
internal readonly record struct UnicornStop(UnicornError Error, UnicornInterrupt Interrupt);
