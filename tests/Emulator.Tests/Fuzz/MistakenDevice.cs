using System.Buffers.Binary;
using Emulator.Fuzz;
using Emulator.Snapshots;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;

namespace Emulator.Tests.Fuzz;

/// <summary>A device with a mistake, for the fuzzer to find. Its requests have a number and a value; the answer is a byte.</summary>
internal sealed class MistakenDevice(VirtioModelSettings settings, PlantedMistake mistake) : VirtioModel(settings, VirtioDeviceType.Entropy, [8])
{
    private const int TableLength = 32;

    private byte[] _table = new byte[TableLength];
    private byte _remembered;

    public override int ConfigurationLength => 0;

    protected override ulong DeviceTypeFeatures => 0;

    /// <summary>The device as the fuzzer takes it.</summary>
    public static FuzzDevice KindOf(PlantedMistake mistake) => new(mistake.ToString(), settings => new MistakenDevice(settings, mistake))
    {
        MakeRequest = static (random, draft) =>
        {
            draft.Content.UInt32(random.Next(8)).UInt32(random.Once(4) ? (uint)random.UInt64() : 1 + random.Next(TableLength - 1));
            draft.Room = 1;
        },
    };

    public override BackendAnswer ReadConfiguration(int offset, Span<byte> destination) => BackendAnswer.Refused;

    public override void Dispose()
    {
        // Nothing is held.
    }

    protected override bool Execute(int queue, DescriptorChain chain)
    {
        Span<byte> request = stackalloc byte[8];
        if (!chain.TryRead(request))
        {
            return false;
        }

        uint number = BinaryPrimitives.ReadUInt32LittleEndian(request);
        uint value = BinaryPrimitives.ReadUInt32LittleEndian(request[4..]);
        byte answer = number switch
        {
            1 => Sum(mistake == PlantedMistake.TrustsALength ? value : Math.Min(value, TableLength)),
            2 when mistake == PlantedMistake.DividesByZero || value != 0 => (byte)(255 / (value & 0xff | (mistake == PlantedMistake.DividesByZero ? 0u : 1))),
            3 => _remembered = (byte)value,
            4 => _table[value % TableLength] = (byte)value,
            _ => _remembered,
        };
        bool isAnswered = chain.TryWrite([answer]);
        if (mistake == PlantedMistake.TellsTooMuch && number == 5 && isAnswered)
        {
            chain.CountWritten(1);
        }

        return isAnswered;
    }

    protected override void OnReset()
    {
        _remembered = 0;
        _table = new byte[mistake == PlantedMistake.BreaksAtAReset ? TableLength - 1 : TableLength];
    }

    protected override void SaveModel(SnapshotWriter writer)
    {
        writer.Write((ReadOnlySpan<byte>)_table);
        if (mistake != PlantedMistake.ForgetsState)
        {
            writer.Write(_remembered);
        }
    }

    protected override void LoadModel(SnapshotReader reader)
    {
        reader.ReadBytes(_table);
        if (mistake != PlantedMistake.ForgetsState)
        {
            byte loaded = reader.ReadByte();
            _remembered = mistake == PlantedMistake.LoadsTooLittle ? (byte)0 : loaded;
        }
    }

    private byte Sum(uint length)
    {
        byte sum = 0;
        foreach (byte value in _table.AsSpan(0, (int)length))
        {
            sum += value;
        }

        return sum;
    }
}
