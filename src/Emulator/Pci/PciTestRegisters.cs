using System.Buffers.Binary;
using System.Text;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Pci;

/// <summary>
/// One register block of <see cref="PciTestDevice"/>. A guest writes the number of a test to its first byte, reads there what to write and where, writes that, and sees how often it has arrived:
/// <code>
/// 0x00  test number                0x08  data to write
/// 0x01  width of the write         0x0c  how many writes have arrived
/// 0x04  offset to write at         0x10  name of the test, ended by a zero
/// </code>
/// Behind the last test all of it reads as zero.
/// </summary>
internal sealed class PciTestRegisters : IPciRegion, ISnapshotState
{
    private const int TestOffset = 0x00;
    private const int WidthOffset = 0x01;
    private const int TargetOffset = 0x04;
    private const int DataOffset = 0x08;
    private const int CountOffset = 0x0c;
    private const int NameOffset = 0x10;
    private const int HeaderLength = 0x40;

    private const byte Data = 0xfa;
    private const byte AnyData = 0xce;

    // Eventfds are how a hypervisor hears of writes. There are none between guest and device here, so that all tests count what arrives.
    private static readonly (string Name, bool MatchesData)[] Tests = [("no-eventfd", true), ("wildcard-eventfd", false), ("datamatch-eventfd", true)];

    /// <summary>Number of tests.</summary>
    public const int TestCount = 3;

    private readonly string _kind;
    private readonly byte[][] _headers;
    private int _test = TestCount;
    private uint _count;

    /// <summary>Creates the block.</summary>
    /// <param name="kind">What the names of its tests start with.</param>
    /// <param name="length">Its length in bytes; tests write to its second half.</param>
    /// <param name="first">Number of its first test in the device.</param>
    public PciTestRegisters(string kind, int length, int first)
    {
        _kind = kind;
        _headers = new byte[TestCount][];
        for (int test = 0; test < TestCount; test++)
        {
            byte[] header = _headers[test] = new byte[HeaderLength];
            header[TestOffset] = (byte)(first + test);
            header[WidthOffset] = 1;
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(TargetOffset), (uint)((length / 2) + first + test));
            header[DataOffset] = Tests[test].MatchesData ? Data : AnyData;
            Encoding.ASCII.GetBytes($"{kind}-{Tests[test].Name}", header.AsSpan(NameOffset));
        }
    }

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access)
    {
        if (_test == TestCount || access.Offset > (ulong)(HeaderLength - access.Size))
        {
            return 0;
        }

        ReadOnlySpan<byte> header = _headers[_test];
        ulong value = 0;
        for (int index = 0; index < access.Size; index++)
        {
            int offset = (int)access.Offset + index;
            byte read = offset is >= CountOffset and < NameOffset ? (byte)(_count >> (8 * (offset - CountOffset))) : header[offset];
            value |= (ulong)read << (8 * index);
        }

        return value;
    }

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value)
    {
        if (access.Offset == TestOffset)
        {
            _test = (int)Math.Min(value & 0xff, (ulong)TestCount);
            _count = 0;
        }
        else if (_test < TestCount
            && access.Offset == BinaryPrimitives.ReadUInt32LittleEndian(_headers[_test].AsSpan(TargetOffset))
            && (!Tests[_test].MatchesData || (access.Size == 1 && value == Data)))
        {
            _count++;
        }

        return BusStatus.Ok;
    }

    /// <inheritdoc/>
    public bool IsPollable(in BusAccess access) => true;

    /// <summary>Puts the block into its reset state: no test.</summary>
    public void Reset()
    {
        _test = TestCount;
        _count = 0;
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Section(_kind, 1);
        writer.Write(_test);
        writer.Write(_count);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        _ = reader.Section(_kind, 1);
        _test = Math.Clamp(reader.ReadInt32(), 0, TestCount);
        _count = reader.ReadUInt32();
    }
}
