using System.Buffers.Binary;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices.Net;

// The commands of the control queue (virtio 1.3, section 5.1.6.5).
internal sealed partial class VirtioNet
{
    private const byte Accepted = 0;
    private const byte Refused = 1;
    private const int MostCommandBytes = 2 + 8 + (AddressLength * 4096);

    private byte[] _command = [];

    private bool ExecuteCommand(DescriptorChain chain)
    {
        if (chain.WritableLength == 0 || chain.ReadableLength < 2)
        {
            return false;
        }

        bool isAccepted = false;
        if (chain.ReadableLength <= MostCommandBytes)
        {
            int length = (int)chain.ReadableLength;
            if (_command.Length < length)
            {
                _command = new byte[length];
            }

            Span<byte> command = _command.AsSpan(0, length);
            _ = chain.TryRead(command);
            isAccepted = TryExecute(command[0], command[1], command[2..]);
        }

        return chain.TryWrite([isAccepted ? Accepted : Refused]);
    }

    private bool TryExecute(byte commandClass, byte command, ReadOnlySpan<byte> data)
    {
        switch ((commandClass, command))
        {
            // VIRTIO_NET_CTRL_RX: each command switches the mode of its number.
            case (0, <= 1) when Has(NetFeatures.ControlReceive) && data.Length >= 1:
            case (0, >= 2 and <= 5) when Has(NetFeatures.ControlReceiveExtra) && data.Length >= 1:
                _filter.Set((ReceiveModes)(1 << command), data[0] != 0);
                return true;

            // VIRTIO_NET_CTRL_MAC_TABLE_SET
            case (1, 0) when Has(NetFeatures.ControlReceive):
                return TryTakeAddresses(ref data, out ReadOnlySpan<byte> unicast) && TryTakeAddresses(ref data, out ReadOnlySpan<byte> multicast) && SetAddresses(unicast, multicast);

            // VIRTIO_NET_CTRL_MAC_ADDR_SET
            case (1, 1) when Has(NetFeatures.ControlAddress) && data.Length >= AddressLength:
                data[..AddressLength].CopyTo(_address);
                return true;

            // VIRTIO_NET_CTRL_VLAN_ADD and _DEL
            case (2, 0 or 1) when Has(NetFeatures.ControlVlan) && data.Length >= 2:
                return _filter.TrySetVlan(BinaryPrimitives.ReadUInt16LittleEndian(data), wanted: command == 0);

            // VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET
            case (4, 0) when Has(NetFeatures.MultipleQueues) && data.Length >= 2:
                int pairs = BinaryPrimitives.ReadUInt16LittleEndian(data);
                bool isPossible = pairs >= 1 && pairs <= _pairs;
                _activePairs = isPossible ? pairs : _activePairs;
                return isPossible;

            default:
                return false;
        }
    }

    private bool SetAddresses(ReadOnlySpan<byte> unicast, ReadOnlySpan<byte> multicast)
    {
        _filter.SetAddresses(unicast, multicast);
        return true;
    }

    private static bool TryTakeAddresses(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> addresses)
    {
        addresses = default;
        if (data.Length < 4)
        {
            return false;
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(data);
        data = data[4..];
        if (count > (uint)data.Length / AddressLength)
        {
            return false;
        }

        addresses = data[..((int)count * AddressLength)];
        data = data[addresses.Length..];
        return true;
    }
}
