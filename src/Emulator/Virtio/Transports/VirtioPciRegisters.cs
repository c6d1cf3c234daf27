namespace Emulator.Virtio.Transports;

/// <summary>
/// A structure of registers of different widths. Drivers access each in its own width, those of 64 bits also in halves (virtio 1.3, section 4.1.3.1); a narrower access reads its part, and
/// a write of a part leaves the rest as it is.
/// </summary>
internal sealed class VirtioPciRegisters
{
    private readonly VirtioPciRegister[] _registers;

    /// <summary>Creates the structure.</summary>
    public VirtioPciRegisters(params VirtioPciRegister[] registers)
    {
        _registers = registers;
    }

    /// <summary>All registers, by their offsets.</summary>
    public IReadOnlyList<VirtioPciRegister> All => _registers;

    /// <summary>Reads bytes; where no register is they are 0.</summary>
    public ulong Read(VirtioPciTransport device, int offset, int size)
    {
        ulong value = 0;
        foreach (VirtioPciRegister register in _registers)
        {
            if (register.Offset < offset + size && offset < register.Offset + register.Size)
            {
                int shift = 8 * (register.Offset - offset);
                ulong read = register.Read(device);
                value |= shift >= 0 ? read << shift : read >> -shift;
            }
        }

        return size == 8 ? value : value & ((1ul << (8 * size)) - 1);
    }

    /// <summary>Writes bytes.</summary>
    /// <returns>False when no register takes them.</returns>
    public bool Write(VirtioPciTransport device, int offset, int size, ulong value)
    {
        bool isTaken = false;
        foreach (VirtioPciRegister register in _registers)
        {
            if (register.Offset >= offset + size || offset >= register.Offset + register.Size || register.Write is not { } write)
            {
                continue;
            }

            int shift = 8 * (register.Offset - offset);
            ulong part = shift >= 0 ? value >> shift : value << -shift;
            ulong mask = MaskOf(size);
            mask = (shift >= 0 ? mask >> shift : mask << -shift) & MaskOf(register.Size);
            write(device, mask == MaskOf(register.Size) ? part & mask : (register.Read(device) & ~mask) | (part & mask));
            isTaken = true;
        }

        return isTaken;
    }

    private static ulong MaskOf(int size) => size == 8 ? ulong.MaxValue : (1ul << (8 * size)) - 1;
}
