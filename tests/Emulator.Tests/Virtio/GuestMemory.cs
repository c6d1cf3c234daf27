using System.Security.Cryptography;
using Emulator.Memory;

namespace Emulator.Tests.Virtio;

/// <summary>A bus with RAM and a device window, for virtio devices to work on.</summary>
internal sealed class GuestMemory : IDisposable
{
    public const ulong Base = 0x4000_0000;
    public const ulong Length = 0x80_0000;

    /// <summary>A window of a device that must never be touched by a virtio device.</summary>
    public const ulong DeviceWindow = 0x0900_0000;

    public GuestMemory()
    {
        Ram = new GuestRam("ram", Length);
        Bus = new SystemBus();
        Bus.MapRam(Base, Ram);
        Bus.MapDevice(DeviceWindow, new Emulator.Virtio.Transports.VirtioMmioEmptySlot("forbidden"));
        View = new DmaView(Bus, BusInitiator.VirtioMmio(0));
    }

    public GuestRam Ram { get; }

    public SystemBus Bus { get; }

    public DmaView View { get; }

    public byte[] Read(ulong address, int count)
    {
        byte[] bytes = new byte[count];
        Ram.Read(address - Base, bytes);
        return bytes;
    }

    /// <summary>Stands for all of the memory's contents.</summary>
    public string Fingerprint() => Convert.ToHexString(SHA256.HashData(Read(Base, (int)Length)));

    public void Write(ulong address, ReadOnlySpan<byte> bytes) => Ram.Write(address - Base, bytes);

    public void Dispose() => Ram.Dispose();
}
