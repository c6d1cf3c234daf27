using System.Runtime.InteropServices;

namespace Emulator.Unicorn;

/// <summary>An engine of libunicorn.</summary>
internal sealed class UnicornHandle : SafeHandle
{
    public UnicornHandle()
        : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => UnicornLibrary.Close(handle) == UnicornError.None;
}
