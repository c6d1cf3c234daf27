using Emulator.Snapshots;

namespace Emulator.Virtio.Devices.Net;

/// <summary>Which frames a driver wants (virtio 1.3, section 5.1.6.5.1 to 5.1.6.5.3). Until it says so it gets all.</summary>
internal sealed class ReceiveFilter : ISnapshotState
{
    /// <summary>Most addresses that are told apart; with more, all of their kind are let in.</summary>
    public const int MostAddresses = 64;

    private const int AddressLength = 6;
    private const int VlanIds = 4096;
    private const int VlanOffset = 12;
    private const ushort VlanType = 0x8100;

    private readonly List<ulong> _unicast = [];
    private readonly List<ulong> _multicast = [];
    private readonly ulong[] _vlans = new ulong[VlanIds / 64];
    private ReceiveModes _modes;
    private bool _unicastOverflows;
    private bool _multicastOverflows;

    /// <summary>Creates a filter that lets all pass.</summary>
    public ReceiveFilter() => Reset();

    /// <summary>True when VLANs are told apart: the driver must then name those that it wants.</summary>
    public bool FiltersVlans { get; set; }

    /// <summary>Lets all pass.</summary>
    public void Reset()
    {
        _modes = ReceiveModes.Promiscuous;
        _unicast.Clear();
        _multicast.Clear();
        _unicastOverflows = false;
        _multicastOverflows = false;
        Array.Clear(_vlans);
        FiltersVlans = false;
    }

    /// <summary>Switches a mode.</summary>
    public void Set(ReceiveModes mode, bool on) => _modes = on ? _modes | mode : _modes & ~mode;

    /// <summary>Names the addresses that are wanted beside the device's own.</summary>
    /// <param name="unicast">Addresses of stations, six bytes each.</param>
    /// <param name="multicast">Addresses of groups, six bytes each.</param>
    public void SetAddresses(ReadOnlySpan<byte> unicast, ReadOnlySpan<byte> multicast)
    {
        _unicastOverflows = Fill(_unicast, unicast);
        _multicastOverflows = Fill(_multicast, multicast);
    }

    /// <summary>Wants a VLAN or no longer.</summary>
    /// <returns>False when there is no such VLAN.</returns>
    public bool TrySetVlan(int id, bool wanted)
    {
        if (id >= VlanIds)
        {
            return false;
        }

        ulong bit = 1ul << (id % 64);
        _vlans[id / 64] = wanted ? _vlans[id / 64] | bit : _vlans[id / 64] & ~bit;
        return true;
    }

    /// <summary>True when a frame is wanted.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="own">The device's own address.</param>
    public bool Accepts(ReadOnlySpan<byte> frame, ulong own)
    {
        if (FiltersVlans && frame.Length >= VlanOffset + 4 && frame[VlanOffset] == VlanType >> 8 && frame[VlanOffset + 1] == (VlanType & 0xff))
        {
            int id = ((frame[VlanOffset + 2] << 8) | frame[VlanOffset + 3]) & (VlanIds - 1);
            if ((_vlans[id / 64] & (1ul << (id % 64))) == 0)
            {
                return false;
            }
        }

        if (Has(ReceiveModes.Promiscuous) || frame.Length < AddressLength)
        {
            return true;
        }

        ulong destination = ReadAddress(frame);
        if ((frame[0] & 1) == 0)
        {
            return !Has(ReceiveModes.NoUnicast)
                && (destination == own || _unicastOverflows || Has(ReceiveModes.AllUnicast) || _unicast.Contains(destination));
        }

        return destination == 0xffff_ffff_ffff
            ? !Has(ReceiveModes.NoBroadcast)
            : !Has(ReceiveModes.NoMulticast) && (_multicastOverflows || Has(ReceiveModes.AllMulticast) || _multicast.Contains(destination));
    }

    /// <summary>Reads an address.</summary>
    public static ulong ReadAddress(ReadOnlySpan<byte> bytes)
    {
        ulong address = 0;
        for (int index = 0; index < AddressLength; index++)
        {
            address = (address << 8) | bytes[index];
        }

        return address;
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Write((int)_modes);
        Save(writer, _unicast, _unicastOverflows);
        Save(writer, _multicast, _multicastOverflows);
        writer.Write((ReadOnlySpan<ulong>)_vlans);
        writer.Write(FiltersVlans);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        _modes = (ReceiveModes)reader.ReadInt32();
        _unicastOverflows = Load(reader, _unicast);
        _multicastOverflows = Load(reader, _multicast);
        reader.ReadUInt64s(_vlans);
        FiltersVlans = reader.ReadBoolean();
    }

    private static void Save(SnapshotWriter writer, List<ulong> addresses, bool overflows)
    {
        writer.Write(overflows);
        writer.Write(addresses.Count);
        foreach (ulong address in addresses)
        {
            writer.Write(address);
        }
    }

    private static bool Load(SnapshotReader reader, List<ulong> addresses)
    {
        bool overflows = reader.ReadBoolean();
        addresses.Clear();
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            addresses.Add(reader.ReadUInt64());
        }

        return overflows;
    }

    private static bool Fill(List<ulong> addresses, ReadOnlySpan<byte> bytes)
    {
        addresses.Clear();
        bool overflows = bytes.Length / AddressLength > MostAddresses;
        for (int start = 0; !overflows && start + AddressLength <= bytes.Length; start += AddressLength)
        {
            addresses.Add(ReadAddress(bytes[start..]));
        }

        return overflows;
    }

    private bool Has(ReceiveModes mode) => (_modes & mode) != 0;
}
