using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Which guest registers are in registers of the host while code of a <see cref="Region"/> runs: as <see cref="GuestRegisters"/> and <see cref="GuestVectors"/> have them, but for those
/// that have changed places with registers in memory.
/// </summary>
internal sealed class RegisterMap
{
    private const int NoVector = -1;

    private readonly HostRegister[] _general = new HostRegister[CpuState.Sink + 1];
    private readonly int[] _vectors = new int[32];
    private readonly RegisterSwap[] _swaps = new RegisterSwap[GuestRegisters.Kept.Length];
    private readonly RegisterSwap[] _vectorSwaps = new RegisterSwap[GuestVectors.Count];
    private int _swapCount;
    private int _vectorSwapCount;

    public RegisterMap() => Reset();

    /// <summary>General-purpose registers that have changed places.</summary>
    public ReadOnlySpan<RegisterSwap> Swaps => _swaps.AsSpan(0, _swapCount);

    /// <summary>Vector registers that have changed places.</summary>
    public ReadOnlySpan<RegisterSwap> VectorSwaps => _vectorSwaps.AsSpan(0, _vectorSwapCount);

    /// <summary>True when all registers are where code outside of regions has them.</summary>
    public bool IsUsual => _swapCount + _vectorSwapCount == 0;

    /// <summary>Puts all registers where code outside of regions has them.</summary>
    public void Reset()
    {
        for (int index = 0; index < _general.Length; index++)
        {
            _ = GuestRegisters.TryGet(index, out _general[index]);
        }

        for (int index = 0; index < _vectors.Length; index++)
        {
            _vectors[index] = GuestVectors.TryGet(index, out int register) ? register : NoVector;
        }

        _swapCount = 0;
        _vectorSwapCount = 0;
    }

    /// <summary>Puts a general-purpose register that is in memory where another one is, which goes to memory.</summary>
    public void Swap(RegisterSwap swap)
    {
        _general[swap.Guest] = _general[swap.Usual];
        _general[swap.Usual] = HostRegister.Rsp;
        _swaps[_swapCount++] = swap;
    }

    /// <summary>Puts a vector register that is in memory where another one is, which goes to memory.</summary>
    public void SwapVectors(RegisterSwap swap)
    {
        _vectors[swap.Guest] = _vectors[swap.Usual];
        _vectors[swap.Usual] = NoVector;
        _vectorSwaps[_vectorSwapCount++] = swap;
    }

    /// <summary>True when a general-purpose register, SP or zero is in a register of the host.</summary>
    public bool TryGet(int index, out HostRegister register)
    {
        register = _general[index];
        return register != HostRegister.Rsp;
    }

    /// <summary>True when a vector register is in a register of the host.</summary>
    public bool TryGetVector(int index, out int register)
    {
        register = _vectors[index];
        return register != NoVector;
    }
}
