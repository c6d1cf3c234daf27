using Emulator.Cpu;

namespace Emulator.Unicorn;

/// <summary>Makes machines run on libunicorn: an engine that shares no code with the library's own.</summary>
public sealed class UnicornEngineFactory : CpuEngineFactory
{
    /// <inheritdoc/>
    internal override ICpuEngine Create()
    {
        _ = UnicornLibrary.Require();
        return new UnicornEngine();
    }
}
