namespace Emulator.Memory;

/// <summary>
/// The register block of a device as its data sheet lists it: one declaration per register, behaviour beside it.
/// A table is built once per device type and holds no state; the callbacks get the device.
/// </summary>
/// <typeparam name="TDevice">The device.</typeparam>
public sealed class RegisterTable<TDevice>
    where TDevice : class
{
    private readonly RegisterDeclaration<TDevice>?[] _byWord;
    private readonly List<RegisterDeclaration<TDevice>> _all = [];

    /// <summary>Creates an empty table.</summary>
    /// <param name="length">Length of the register block in bytes.</param>
    public RegisterTable(int length)
    {
        _byWord = new RegisterDeclaration<TDevice>?[(length + 3) / 4];
    }

    /// <summary>The registers in the order of their declaration.</summary>
    public IReadOnlyList<RegisterDeclaration<TDevice>> Registers => _all;

    /// <summary>Declares a register, or a row of equal ones.</summary>
    /// <param name="offset">Offset of the first, a multiple of 4.</param>
    /// <param name="name">The data sheet's name.</param>
    /// <param name="access">What a guest may do.</param>
    /// <param name="read">What a read gives; null for zero. Gets the device and the register's index in its row.</param>
    /// <param name="write">What a write does; null for nothing. Gets the device, the index in the row and the value.</param>
    /// <param name="count">How many stand in the row, 4 bytes apart.</param>
    /// <param name="reset">The reset value, for documentation and tests.</param>
    /// <returns>This table.</returns>
    /// <exception cref="ArgumentException">An offset is declared twice.</exception>
    public RegisterTable<TDevice> Add(
        int offset,
        string name,
        RegisterAccess access,
        Func<TDevice, int, uint>? read = null,
        Action<TDevice, int, uint>? write = null,
        int count = 1,
        uint reset = 0)
    {
        var declaration = new RegisterDeclaration<TDevice>(offset, name, access, count, reset, read, write);
        for (int i = 0; i < count; i++)
        {
            ref RegisterDeclaration<TDevice>? slot = ref _byWord[(offset / 4) + i];
            if (slot is not null)
            {
                throw new ArgumentException($"{name} and {slot.Name} share offset 0x{offset + (4 * i):x}", nameof(offset));
            }

            slot = declaration;
        }

        _all.Add(declaration);
        return this;
    }

    /// <summary>The register at an offset, or null where none is declared.</summary>
    /// <param name="offset">Any byte of it.</param>
    public RegisterDeclaration<TDevice>? Find(ulong offset) => offset / 4 < (ulong)_byWord.Length ? _byWord[offset / 4] : null;

    /// <summary>Reads a register as a 32-bit word.</summary>
    /// <param name="device">The device.</param>
    /// <param name="offset">Any byte of the register.</param>
    /// <param name="value">The value; zero where nothing is declared.</param>
    /// <returns>False where nothing is declared.</returns>
    public bool TryRead(TDevice device, ulong offset, out uint value)
    {
        if (Find(offset) is not { } register)
        {
            value = 0;
            return false;
        }

        value = register.Access == RegisterAccess.WriteOnly || register.Read is null ? 0 : register.Read(device, register.IndexOf(offset));
        return true;
    }

    /// <summary>Writes a register as a 32-bit word.</summary>
    /// <param name="device">The device.</param>
    /// <param name="offset">Any byte of the register.</param>
    /// <param name="value">The value.</param>
    /// <returns>False where nothing is declared.</returns>
    public bool TryWrite(TDevice device, ulong offset, uint value)
    {
        if (Find(offset) is not { } register)
        {
            return false;
        }

        if (register.Access != RegisterAccess.ReadOnly)
        {
            register.Write?.Invoke(device, register.IndexOf(offset), value);
        }

        return true;
    }
}
