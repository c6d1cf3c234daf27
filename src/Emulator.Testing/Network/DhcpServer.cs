using System.Buffers.Binary;
using System.Text;
using Emulator.Snapshots;

namespace Emulator.Testing.Network;

/// <summary>Gives each station an address of its own, the same one again when it asks again (RFC 2131), also to those that speak BOOTP alone (RFC 951).</summary>
internal sealed class DhcpServer : ISnapshotState
{
    /// <summary>The port that servers listen to.</summary>
    public const ushort ServerPort = 67;

    private const ushort ClientPort = 68;
    private const byte BootRequest = 1;
    private const byte BootReply = 2;
    private const byte EthernetHardware = 1;
    private const int FixedLength = 236;
    private const int OptionsStart = FixedLength + 4;
    private const int SmallestReply = 300;
    private const int FileNameLength = 128;
    private const uint MagicCookie = 0x63825363;
    private const uint LeaseSeconds = 86_400;

    private readonly LanSender _sender;
    private readonly byte[] _bootFile;
    private readonly List<MacAddress> _leases = [];

    /// <summary>Creates a server.</summary>
    /// <param name="sender">What sends its answers.</param>
    /// <param name="bootFile">The file that clients are told to boot, or null.</param>
    public DhcpServer(LanSender sender, string? bootFile)
    {
        _sender = sender;
        _bootFile = Encoding.UTF8.GetBytes(bootFile ?? "");
        if (_bootFile.Length >= FileNameLength)
        {
            throw new ArgumentException($"the boot file's name has {_bootFile.Length} bytes, BOOTP has room for {FileNameLength - 1}; give it a shorter name", nameof(bootFile));
        }
    }

    /// <summary>Answers a request.</summary>
    /// <param name="request">A datagram's payload, as the guest wrote it.</param>
    public void Receive(ReadOnlySpan<byte> request)
    {
        if (request.Length < FixedLength || request[0] != BootRequest || request[1] != EthernetHardware || request[2] != MacAddress.Length)
        {
            return;
        }

        bool hasOptions = request.Length >= OptionsStart && BinaryPrimitives.ReadUInt32BigEndian(request[FixedLength..]) == MagicCookie;
        var options = new DhcpOptions(hasOptions ? request[OptionsStart..] : default);
        var station = MacAddress.Read(request[28..]);
        if (options.IsForOther(LanAddresses.Server) || LeaseOf(station) is not { } address)
        {
            return;
        }

        switch (options.MessageType)
        {
            case null:
                Reply(request, station, address, type: null);
                break;
            case DhcpMessage.Discover:
                Reply(request, station, address, DhcpMessage.Offer);
                break;
            case DhcpMessage.Request:
                uint wanted = options.RequestedAddress ?? BinaryPrimitives.ReadUInt32BigEndian(request[12..]);
                Reply(request, station, address, wanted == address ? DhcpMessage.Acknowledge : DhcpMessage.Refuse);
                break;
            case DhcpMessage.Inform:
                Reply(request, station, 0, DhcpMessage.Acknowledge);
                break;
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Section("lan-dhcp", 1);
        writer.Write(_leases.Count);
        foreach (MacAddress station in _leases)
        {
            writer.Write(station.Value);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        _ = reader.Section("lan-dhcp", 1);
        _leases.Clear();
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            _leases.Add(new MacAddress(reader.ReadUInt64()));
        }
    }

    private uint? LeaseOf(MacAddress station)
    {
        int index = _leases.IndexOf(station);
        if (index < 0)
        {
            if (_leases.Count == LanAddresses.Clients)
            {
                return null;
            }

            index = _leases.Count;
            _leases.Add(station);
        }

        return LanAddresses.FirstClient + (uint)index;
    }

    private void Reply(ReadOnlySpan<byte> request, MacAddress station, uint address, DhcpMessage? type)
    {
        Span<byte> reply = _sender.DatagramPayload;
        bool gives = type != DhcpMessage.Refuse;
        reply[..SmallestReply].Clear();
        request[..FixedLength].CopyTo(reply);
        reply[0] = BootReply;
        reply[3] = 0;
        reply[8..10].Clear();
        BinaryPrimitives.WriteUInt32BigEndian(reply[16..], gives ? address : 0);
        BinaryPrimitives.WriteUInt32BigEndian(reply[20..], gives ? LanAddresses.Server : 0);
        reply[44..FixedLength].Clear();
        _bootFile.CopyTo(reply[108..]);
        BinaryPrimitives.WriteUInt32BigEndian(reply[FixedLength..], MagicCookie);

        var options = new DhcpOptionWriter(reply[OptionsStart..]);
        if (type is { } message)
        {
            options.Add(DhcpOption.MessageType, (byte)message);
            options.Add(DhcpOption.ServerIdentifier, LanAddresses.Server);
        }

        if (gives)
        {
            if (address != 0 && type is not null)
            {
                options.Add(DhcpOption.LeaseTime, LeaseSeconds);
            }

            options.Add(DhcpOption.SubnetMask, LanAddresses.Mask);
            options.Add(DhcpOption.Router, LanAddresses.Server);
        }

        int length = Math.Max(OptionsStart + options.End(), SmallestReply);

        // Who has no address yet is reached by its station's, or all stations' when it says that it cannot take that (RFC 2131, 4.1).
        uint present = BinaryPrimitives.ReadUInt32BigEndian(request[12..]);
        bool broadcast = !gives || (request[10] & 0x80) != 0;
        LanPeer peer = present != 0 && gives ? new LanPeer(station, present)
            : broadcast ? new LanPeer(MacAddress.Broadcast, Ipv4Packet.Broadcast)
            : new LanPeer(station, address);
        _sender.SendDatagram(peer, ServerPort, ClientPort, length);
    }
}
