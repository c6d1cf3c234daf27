using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Pci;

namespace Emulator.Virtio.Transports;

// A window in configuration space to the structures, for firmware that cannot reach memory yet (section 4.1.4.9).
internal sealed partial class VirtioPciTransport
{
    private const int AccessCapabilityLength = 20;
    private const int AccessBarOffset = 4;
    private const int AccessOffsetOffset = 8;
    private const int AccessLengthOffset = 12;
    private const int AccessDataOffset = 16;

    private int AddAccessCapability()
    {
        Span<byte> body = stackalloc byte[AccessCapabilityLength - 2];
        body.Clear();
        body[0] = AccessCapabilityLength;
        body[1] = (byte)VirtioPciCapabilityType.ConfigurationAccess;
        int capability = AddCapability(PciCapability.VendorSpecific, body);
        Define(capability + AccessBarOffset, 1, 0, 0xff);
        Define(capability + AccessOffsetOffset, 4, 0, uint.MaxValue);
        Define(capability + AccessLengthOffset, 4, 0, uint.MaxValue);
        Define(capability + AccessDataOffset, 4, 0, uint.MaxValue);
        return capability;
    }

    private void LoadAccessData(int offset, int size)
    {
        if (IsAccessData(offset, size, out BusAccess access))
        {
            Span<byte> data = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(data, ReadStructure(access).Value);
            for (int index = 0; index < access.Size; index++)
            {
                SetConfiguration(_accessCapability + AccessDataOffset + index, data[index]);
            }
        }
    }

    private void StoreAccessData(int offset, int size)
    {
        if (IsAccessData(offset, size, out BusAccess access))
        {
            _ = WriteStructure(access, BinaryPrimitives.ReadUInt32LittleEndian(Configuration[(_accessCapability + AccessDataOffset)..]));
        }
    }

    private bool IsAccessData(int offset, int size, out BusAccess access)
    {
        access = default;
        int data = _accessCapability + AccessDataOffset;
        if (_accessCapability == 0 || offset >= data + 4 || offset + size <= data)
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(Configuration[(_accessCapability + AccessLengthOffset)..]);
        uint target = BinaryPrimitives.ReadUInt32LittleEndian(Configuration[(_accessCapability + AccessOffsetOffset)..]);
        access = new BusAccess(target, (int)length, BusInitiator.Host, Secure: false);
        return Configuration[_accessCapability + AccessBarOffset] == StructureBar && length is (1 or 2 or 4) && target < StructureLength && target % length == 0;
    }
}
