using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Devices.Console;
using Emulator.Virtio.Transports;

namespace Emulator.Fuzz;

/// <summary>
/// A driver that does what the input says to the registers of a virtio-mmio device, and to the memory where its rings and buffers are. The device may fail its requests and need a reset;
/// it must not throw, touch another device, or be another one after it was saved and loaded.
/// </summary>
internal static class VirtioTarget
{
    private const ulong RamBase = 0x4000_0000;
    private const int RamLength = 0x1_0000;
    private const ulong Forbidden = 0x0900_0000;
    private const int DiskLength = 0x4000;
    private const int RingLength = 0x2000;

    /// <summary>Performs one input: a byte that chooses the device, then operations.</summary>
    public static void Run(ReadOnlySpan<byte> input)
    {
        var reader = new InputReader(input);
        byte choice = reader.Byte();
        using var world = new World(choice);
        if ((choice & 0x80) != 0)
        {
            world.StartQueues();
        }

        while (!reader.IsAtEnd)
        {
            byte operation = reader.Byte();
            switch (operation & 7)
            {
                case 0:
                    world.Write((ulong)(reader.Byte() << 2), 4, reader.UInt32());
                    break;
                case 1:
                    int size = 1 << (operation >> 3 & 3);
                    world.Write(reader.UInt16() % (0x201ul - (ulong)size), size, reader.UInt32());
                    break;
                case 2:
                    world.Read(reader.UInt16() % 0x1f9ul, 1 << (operation >> 3 & 3));
                    break;
                case 3:
                    world.WriteMemory(reader.UInt16() % RingLength, reader.Bytes(2));
                    break;
                case 4:
                    world.WriteMemory(reader.UInt16(), reader.Bytes(operation >> 3));
                    break;
                case 5:
                    world.Write(0x050, 4, (uint)(operation >> 3));
                    break;
                case 6:
                    world.Advance(reader.UInt16());
                    break;
                default:
                    world.SaveAndLoad();
                    break;
            }
        }

        world.CheckNothingElseWasTouched();
    }

    private sealed class World : IInstructionCounter, IInterruptLine, IDisposable
    {
        private readonly GuestRam _ram = new("ram", RamLength);
        private readonly SystemBus _bus = new();
        private readonly VirtualClock _clock;
        private readonly VirtioMmioTransport _device;
        private readonly bool _isLegacy;

        public World(byte choice)
        {
            _clock = new VirtualClock(this);
            _bus.MapRam(RamBase, _ram);
            _bus.MapDevice(Forbidden, new VirtioMmioEmptySlot("forbidden"));
            var settings = new VirtioModelSettings("device", new DmaView(_bus, BusInitiator.VirtioMmio(0)), _clock)
            {
                RingFeatures = VirtioFeatures.Rings,
                Latency = (choice & 0x20) != 0 ? 100 : 0,
            };
            VirtioModel model = (choice & 3) switch
            {
                0 => new VirtioEntropy(settings, new MachineRandom(1, "fuzz")),
                1 => new VirtioConsole(settings, ["port"]),
                _ => new VirtioBlock(settings, new MemoryStorage("device", DiskLength), queues: 2),
            };
            _isLegacy = (choice & 0x40) != 0;
            _device = new VirtioMmioTransport("device", model, _isLegacy ? VirtioMmioVersion.Legacy : VirtioMmioVersion.Modern, this, new UnimplementedAccesses());
            foreach (Serial.ConsolePort line in (model as VirtioConsole)?.Lines ?? [])
            {
                line.Send("input"u8);
                line.Pump();
            }
        }

        public long RetiredInstructions { get; private set; }

        public void Set(bool level)
        {
            // The line's level is no matter here.
        }

        /// <summary>Does what a good driver does first, so that the input need not find that out: a ring for queue 0 at the start of RAM.</summary>
        public void StartQueues()
        {
            Write(0x070, 4, 3);
            Write(0x024, 4, 1);
            Write(0x020, 4, 1);
            Write(0x024, 4, 0);
            Write(0x020, 4, 0x3000_0000);
            Write(0x070, 4, 0xb);
            Write(0x038, 4, 8);
            Write(0x028, 4, 4096);
            Write(0x03c, 4, 4096);
            Write(0x080, 4, (uint)RamBase);
            Write(0x090, 4, (uint)RamBase + 0x80);
            Write(0x0a0, 4, (uint)RamBase + 0x1000);
            Write(_isLegacy ? 0x040u : 0x044u, 4, _isLegacy ? (uint)(RamBase >> 12) : 1);
            Write(0x070, 4, 0xf);
        }

        public void Write(ulong offset, int size, uint value) => _ = _device.Write(new BusAccess(offset, size, BusInitiator.Cpu(0), Secure: false), value);

        public void Read(ulong offset, int size) => _ = _device.Read(new BusAccess(offset, size, BusInitiator.Cpu(0), Secure: false));

        public void WriteMemory(int offset, ReadOnlySpan<byte> bytes) => _ram.Write((ulong)offset, bytes[..Math.Min(bytes.Length, RamLength - offset)]);

        public void Advance(int nanoseconds)
        {
            RetiredInstructions += nanoseconds;
            _clock.FireDueTimers();
        }

        public void SaveAndLoad()
        {
            byte[] saved = State();
            _device.Load(new SnapshotReader(saved));
            if (!State().AsSpan().SequenceEqual(saved))
            {
                throw new InvalidOperationException("the device is another one after it was saved and loaded");
            }
        }

        public void CheckNothingElseWasTouched()
        {
            if (_bus.DeviceAccesses != 0)
            {
                throw new InvalidOperationException("the device has touched another device");
            }
        }

        public void Dispose()
        {
            _device.Dispose();
            _ram.Dispose();
        }

        private byte[] State()
        {
            var writer = new SnapshotWriter();
            _device.Save(writer);
            return writer.ToArray();
        }
    }
}
