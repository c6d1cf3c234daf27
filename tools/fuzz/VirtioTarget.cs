using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Transports;

namespace Emulator.Fuzz;

/// <summary>
/// A driver that does what the input says to the registers of a virtio device, and to the memory where its rings and buffers are. The device may fail its requests and need a reset;
/// it must not throw, touch another device, or be another one after it was saved and loaded.
/// </summary>
internal static class VirtioTarget
{
    private const ulong RamBase = 0x4000_0000;
    private const int RamLength = 0x1_0000;
    private const ulong Forbidden = 0x0900_0000;
    private const int RingLength = 0x2000;
    private const int StartedFlag = 0x80;
    private const int LegacyFlag = 0x40;
    private const int LatencyFlag = 0x20;
    private const int AllFeaturesFlag = 0x10;
    private const int SharingFlag = 0x04;

    /// <summary>Performs one input: a byte that chooses the device, one that chooses its transport, then operations.</summary>
    public static void Run(ReadOnlySpan<byte> input)
    {
        var reader = new InputReader(input);
        FuzzDevice device = FuzzDevices.All[reader.Byte() % FuzzDevices.All.Count];
        using var world = new World(device, reader.Byte());
        while (!reader.IsAtEnd)
        {
            byte operation = reader.Byte();
            int size = 1 << (operation >> 3 & 3);
            switch (operation & 7)
            {
                case 0:
                    world.Transport.Write(world.Transport.Register(reader.Byte()), 4, reader.UInt32());
                    break;
                case 1:
                    world.Transport.Write(world.Place(reader.UInt16(), size), size, reader.UInt32());
                    break;
                case 2:
                    world.Transport.Read(world.Place(reader.UInt16(), size), size);
                    break;
                case 3:
                    world.WriteMemory(reader.UInt16() % RingLength, reader.Bytes(2));
                    break;
                case 4:
                    world.WriteMemory(reader.UInt16(), reader.Bytes(operation >> 3));
                    break;
                case 5:
                    world.Transport.Notify(operation >> 3);
                    break;
                case 6 when operation >> 3 != 0:
                    world.Poke(reader.Byte());
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
        if (!ShareFolder.IsAlone)
        {
            throw new InvalidOperationException("something was made outside of the shared folder");
        }
    }

    private sealed class World : IInstructionCounter, IInterruptLine, IMsiTarget, IDisposable
    {
        private readonly GuestRam _ram = new("ram", RamLength);
        private readonly SystemBus _bus = new();
        private readonly VirtualClock _clock;
        private readonly FuzzDevice _device;
        private readonly VirtioModel _model;

        public World(FuzzDevice device, byte choice)
        {
            _device = device;
            _clock = new VirtualClock(this);
            _bus.MapRam(RamBase, _ram);
            _bus.MapDevice(Forbidden, new VirtioMmioEmptySlot("forbidden"));
            _model = device.Create(new VirtioModelSettings("device", new DmaView(_bus, BusInitiator.VirtioMmio(0)), _clock)
            {
                RingFeatures = VirtioFeatures.Rings,
                Latency = (choice & LatencyFlag) != 0 ? 100 : 0,
            });
            bool isLegacy = (choice & LegacyFlag) != 0;
            Transport = (choice & 3) switch
            {
                1 when !isLegacy => new MmioFuzzTransport(_model, isLegacy, this, new ProposedMessages(Vectors, _model.ConfigurationLength, (choice & SharingFlag) != 0)),
                2 when !isLegacy => new MmioFuzzTransport(_model, isLegacy, this, new DragonballMessages(Vectors, _model.ConfigurationLength)),
                3 => new PciFuzzTransport(_model, isLegacy && VirtioPciTransport.HasLegacyInterface(_model.DeviceType), this, this),
                _ => new MmioFuzzTransport(_model, isLegacy, this, messages: null),
            };
            if ((choice & StartedFlag) != 0)
            {
                // Rings of inputs are split.
                const ulong Usual = VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex;
                Transport.Start(RamBase, (choice & AllFeaturesFlag) != 0 ? ~VirtioFeatures.PackedRing : Usual);
            }
        }

        public IFuzzTransport Transport { get; }

        public long RetiredInstructions { get; private set; }

        private MessageVectors Vectors => new(_model.QueueSizes.Count + 1, this, BusInitiator.VirtioMmio(0));

        public void Set(bool level)
        {
            // The line's level is no matter here.
        }

        public BusStatus Send(ulong address, uint data, BusInitiator initiator) => address % 3 == 0 ? BusStatus.Error : BusStatus.Ok;

        /// <summary>An offset at which an access lies inside the window.</summary>
        public ulong Place(ushort offset, int size) => offset % (ulong)(Transport.Length - size + 1);

        public void WriteMemory(int offset, ReadOnlySpan<byte> bytes) => _ram.Write((ulong)offset, bytes[..Math.Min(bytes.Length, RamLength - offset)]);

        public void Poke(byte value) => _device.Poke?.Invoke(_model, value);

        public void Advance(int nanoseconds)
        {
            RetiredInstructions += nanoseconds;
            _clock.FireDueTimers();
        }

        public void SaveAndLoad()
        {
            byte[] saved = State();
            Transport.Load(new SnapshotReader(saved));
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
            Transport.Dispose();
            _ram.Dispose();
        }

        private byte[] State()
        {
            var writer = new SnapshotWriter();
            Transport.Save(writer);
            return writer.ToArray();
        }
    }
}
