using System.Runtime.InteropServices;

namespace Emulator.Unicorn;

/// <summary>A copy of all registers of an engine of libunicorn, and of what it has derived from them.</summary>
internal sealed class UnicornContext : SafeHandle
{
    public UnicornContext()
        : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => UnicornLibrary.FreeContext(handle) == UnicornError.None;
}
