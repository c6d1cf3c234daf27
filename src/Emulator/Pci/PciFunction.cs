using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Pci;

/// <summary>
/// The configuration space of one PCI function (PCI Local Bus 3.0, chapter 6; PCI Express Base, section 7.5): bytes, and beside each
/// byte the bits that software may write and those it clears by writing 1. What a register does goes into
/// <see cref="OnConfigurationWritten"/>.
/// </summary>
public abstract class PciFunction : ISnapshotState
{
    /// <summary>Length of a conventional function's configuration space in bytes.</summary>
    public const int ConventionalLength = 0x100;

    /// <summary>Length of a PCI Express function's configuration space in bytes.</summary>
    public const int ExpressLength = 0x1000;

    /// <summary>Offset of the first byte behind the common header.</summary>
    protected const int HeaderLength = 0x40;

    /// <summary>Offset of the Command register.</summary>
    protected const int CommandOffset = 0x04;

    private const int VendorOffset = 0x00;
    private const int DeviceOffset = 0x02;
    private const int RevisionOffset = 0x08;
    private const int ClassOffset = 0x09;
    private const int CacheLineSizeOffset = 0x0c;
    private const int SubsystemVendorOffset = 0x2c;
    private const int SubsystemOffset = 0x2e;
    private const int InterruptLineOffset = 0x3c;

    // I/O, memory, bus master, SERR enable, INTx disable.
    private const ushort WritableCommandBits = 0x0507;

    private readonly byte[] _reset;
    private readonly byte[] _configuration;
    private readonly byte[] _writable;
    private readonly byte[] _clearable;

    /// <summary>Creates a function with a type 0 header.</summary>
    /// <param name="name">A name unique in the machine, for instance <c>pci@00:00.0</c>.</param>
    /// <param name="identity">The identification registers.</param>
    /// <param name="length"><see cref="ConventionalLength"/> or <see cref="ExpressLength"/>.</param>
    protected PciFunction(string name, PciIdentity identity, int length)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (length is not (ConventionalLength or ExpressLength))
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, "configuration space has 256 or 4096 bytes");
        }

        Name = name;
        _reset = new byte[length];
        _configuration = new byte[length];
        _writable = new byte[length];
        _clearable = new byte[length];
        Define(VendorOffset, 2, identity.Vendor);
        Define(DeviceOffset, 2, identity.Device);
        Define(CommandOffset, 2, 0, WritableCommandBits);
        Define(RevisionOffset, 1, identity.Revision);
        Define(ClassOffset, 3, identity.ClassCode);
        Define(CacheLineSizeOffset, 1, 0, 0xff);
        Define(SubsystemVendorOffset, 2, identity.SubsystemVendor);
        Define(SubsystemOffset, 2, identity.Subsystem);
        Define(InterruptLineOffset, 1, 0, 0xff);
    }

    /// <summary>A name for logs and snapshots.</summary>
    public string Name { get; }

    /// <summary>The configuration space as it is now.</summary>
    protected ReadOnlySpan<byte> Configuration => _configuration;

    /// <summary>Reads configuration space.</summary>
    /// <param name="offset">Offset, 0 to 4095; behind the function's space everything reads as ones.</param>
    /// <param name="size">Width in bytes: 1, 2 or 4.</param>
    public uint Read(int offset, int size)
    {
        OnConfigurationReading(offset, size);
        uint value = 0;
        for (int i = 0; i < size; i++)
        {
            uint read = offset + i < _configuration.Length ? _configuration[offset + i] : 0xffu;
            value |= read << (8 * i);
        }

        return value;
    }

    /// <summary>Writes configuration space.</summary>
    /// <param name="offset">Offset, 0 to 4095.</param>
    /// <param name="size">Width in bytes: 1, 2 or 4.</param>
    /// <param name="value">The value.</param>
    public void Write(int offset, int size, uint value)
    {
        int count = Math.Min(size, _configuration.Length - offset);
        for (int i = 0; i < count; i++)
        {
            ref byte register = ref _configuration[offset + i];
            byte written = (byte)(value >> (8 * i));
            byte writable = _writable[offset + i];
            register = (byte)((register & ~writable) | (written & writable));
            register &= (byte)~(written & _clearable[offset + i]);
        }

        if (count > 0)
        {
            OnConfigurationWritten(offset, count);
        }
    }

    /// <summary>Puts the function into its reset state.</summary>
    public virtual void Reset() => _reset.CopyTo(_configuration, 0);

    /// <inheritdoc/>
    public virtual void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(Name, 1);
        writer.Write((ReadOnlySpan<byte>)_configuration);
    }

    /// <inheritdoc/>
    public virtual void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(Name, 1);
        reader.ReadBytes(_configuration);
    }

    /// <summary>Declares a register: its reset value, and what software may do to its bits. For constructors.</summary>
    /// <param name="offset">Offset of its first byte.</param>
    /// <param name="size">Width in bytes, 1 to 4.</param>
    /// <param name="reset">The reset value.</param>
    /// <param name="writable">The bits that software may write.</param>
    /// <param name="clearable">The bits that software clears by writing 1.</param>
    protected void Define(int offset, int size, uint reset, uint writable = 0, uint clearable = 0)
    {
        Span<byte> bytes = stackalloc byte[4];
        Put(_reset, reset, bytes);
        Put(_configuration, reset, bytes);
        Put(_writable, writable, bytes);
        Put(_clearable, clearable, bytes);

        void Put(byte[] target, uint value, Span<byte> scratch)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(scratch, value);
            scratch[..size].CopyTo(target.AsSpan(offset));
        }
    }

    /// <summary>Declares a range of bytes that keep what is written and mean nothing. For constructors.</summary>
    /// <param name="offset">Offset of the first byte.</param>
    /// <param name="length">Number of bytes.</param>
    protected void DefineScratch(int offset, int length) => _writable.AsSpan(offset, length).Fill(0xff);

    /// <summary>Sets bits of a register from the device's side, whatever software may do to them.</summary>
    /// <param name="offset">Offset of the byte.</param>
    /// <param name="value">Its new value.</param>
    protected void SetConfiguration(int offset, byte value) => _configuration[offset] = value;

    /// <summary>True when reading a register has no side effect.</summary>
    /// <param name="offset">Offset of the byte.</param>
    internal virtual bool IsConfigurationPollable(int offset) => true;

    /// <summary>Software is about to read configuration space: registers that are made when they are read can be set now.</summary>
    /// <param name="offset">Offset of the first byte to read.</param>
    /// <param name="size">Number of bytes.</param>
    private protected virtual void OnConfigurationReading(int offset, int size)
    {
    }

    /// <summary>Software has written configuration space; the new values are in <see cref="Configuration"/>.</summary>
    /// <param name="offset">Offset of the first byte written.</param>
    /// <param name="size">Number of bytes.</param>
    protected virtual void OnConfigurationWritten(int offset, int size)
    {
    }
}
