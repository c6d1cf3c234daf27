using System.Runtime.CompilerServices;
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
        uint word = ReadWord(access.Offset);
        return access.Size switch
        {
            1 => (byte)word,
            2 => (ushort)word,
            4 => word,
            _ => word | ((ulong)ReadWord(access.Offset + 4) << 32),
        };
    }

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value)
    {
        WriteWord(access.Offset, (uint)value);
        if (access.Size == 8)
        {
            WriteWord(access.Offset + 4, (uint)(value >> 32));
        }

        return BusStatus.Ok;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint ReadWord(ulong offset)
    {
        if (!TryReadRegister(offset, out uint value))
        {
            _unimplemented.ReportRegister(Name, offset, isWrite: false);
        }

        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteWord(ulong offset, uint value)
    {
        if (!TryWriteRegister(offset, value))
        {
            _unimplemented.ReportRegister(Name, offset, isWrite: true);
        }
    }
}
