namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The two values of an option.</summary>
internal static class Options
{
    public readonly struct On : IOption
    {
        public static bool IsSet => true;
    }

    public readonly struct Off : IOption
    {
        public static bool IsSet => false;
    }
}
