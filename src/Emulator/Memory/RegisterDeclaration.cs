namespace Emulator.Memory;

/// <summary>One row of a <see cref="RegisterTable{TDevice}"/>.</summary>
/// <typeparam name="TDevice">The device.</typeparam>
/// <param name="Offset">Offset of the first register in bytes.</param>
/// <param name="Name">The data sheet's name.</param>
/// <param name="Access">What a guest may do.</param>
/// <param name="Count">How many equal registers stand in the row, 4 bytes apart.</param>
/// <param name="Reset">The reset value.</param>
/// <param name="Read">What a read gives.</param>
/// <param name="Write">What a write does.</param>
public sealed record RegisterDeclaration<TDevice>(
    int Offset,
    string Name,
    RegisterAccess Access,
    int Count,
    uint Reset,
    Func<TDevice, int, uint>? Read,
    Action<TDevice, int, uint>? Write)
    where TDevice : class
{
    /// <summary>The index in the row of the register at an offset.</summary>
    /// <param name="offset">Any byte of the register.</param>
    public int IndexOf(ulong offset) => ((int)offset - Offset) / 4;
}
