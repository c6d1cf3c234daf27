using Emulator.Cpu;
using Emulator.Cpu.Translator;

namespace Emulator.Unicorn;

/// <summary>Makes machines run on libunicorn: an engine that shares no code with the library's own.</summary>
public sealed class UnicornEngineFactory : CpuEngineFactory
{
    /// <summary>True when a libunicorn of a known version is installed, so that machines can be built with this engine.</summary>
    public static bool IsAvailable
    {
        get
        {
            try
            {
                _ = UnicornLibrary.Require();
                return true;
            }
            catch (UnicornUnavailableException)
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    internal override ICpuEngine Create(TranslationOptions options)
    {
        _ = UnicornLibrary.Require();
        return new UnicornEngine();
    }
}
