using Emulator.Snapshots;

namespace Emulator.Memory;

/// <summary>
/// Base of devices whose registers are 32-bit words. A narrower access at any byte of a word acts on the whole register, with the
/// value in the low bits; an 8-byte access is two words, the lower first: so QEMU treats devices that declare no access sizes, and
/// so guests that use byte stores for a UART expect it.
/// </summary>
public abstract class WordRegisterDevice : IMmioDevice, ISnapshotState
{
    private readonly UnimplementedAccesses _unimplemented;

    /// <summary>Creates the device.</summary>
    /// <param name="name">A name unique in the machine, see <see cref="Name"/>.</param>
    /// <param name="length">Length of the register window in bytes, a multiple of 4.</param>
    /// <param name="unimplemented">Where accesses to undeclared registers are counted.</param>
    protected WordRegisterDevice(string name, ulong length, UnimplementedAccesses unimplemented)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(unimplemented);
        Name = name;
        Length = length;
        _unimplemented = unimplemented;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ulong Length { get; }

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access)
    {
        if (!TryReadRegister(access.Offset, out uint word))
        {
            _unimplemented.ReportRegister(Name, access.Offset, isWrite: false);
        }

        return access.Size switch
        {
            sizeof(uint) => word,
            sizeof(ushort) => (ushort)word,
            sizeof(byte) => (byte)word,
            _ => word | (Read(access with { Offset = access.Offset + sizeof(uint), Size = sizeof(uint) }).Value << 32),
        };
    }

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value)
    {
        if (!TryWriteRegister(access.Offset, (uint)value))
        {
            _unimplemented.ReportRegister(Name, access.Offset, isWrite: true);
        }

        return access.Size != sizeof(ulong) ? BusStatus.Ok : Write(access with { Offset = access.Offset + sizeof(uint), Size = sizeof(uint) }, value >> 32);
    }

    /// <inheritdoc/>
    public abstract void Reset(ResetKind kind);

    /// <inheritdoc/>
    public bool IsPollable(in BusAccess access) =>
        IsPollableRegister(access.Offset) && (access.Size != 8 || IsPollableRegister(access.Offset + 4));

    /// <inheritdoc/>
    public abstract void Save(SnapshotWriter writer);

    /// <inheritdoc/>
    public abstract void Load(SnapshotReader reader);

    /// <summary>Reads a register.</summary>
    /// <param name="offset">Any byte of it.</param>
    /// <param name="value">The value; zero where nothing is declared.</param>
    /// <returns>False where nothing is declared.</returns>
    protected abstract bool TryReadRegister(ulong offset, out uint value);

    /// <summary>Writes a register.</summary>
    /// <param name="offset">Any byte of it.</param>
    /// <param name="value">The value.</param>
    /// <returns>False where nothing is declared.</returns>
    protected abstract bool TryWriteRegister(ulong offset, uint value);

    /// <summary>Says for one register what <see cref="IMmioDevice.IsPollable"/> asks.</summary>
    /// <param name="offset">Any byte of it.</param>
    protected virtual bool IsPollableRegister(ulong offset) => false;
}
