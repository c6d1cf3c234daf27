using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Testing.Virtio;
using Emulator.Virtio;
using Emulator.Virtio.Queues;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Virtio.Queues;

[TestFixture(false, false)]
[TestFixture(false, true)]
[TestFixture(true, false)]
[TestFixture(true, true)]
internal sealed class VirtqueuePropertyTests(bool packed, bool eventIndex)
{
    private const ulong Ring = GuestMemory.Base + 0x1_0000;
    private const ulong Data = GuestMemory.Base + 0x4_0000;
    private const ulong Tables = GuestMemory.Base + 0x8_0000;
    private const int BufferRoom = 0x400;

    [Test]
    public void EveryRequestIsServedThoughEachSideLooksOnlyWhenToldTo()
    {
        Prop.ForAll<int, byte[]>((sizeSeed, steps) =>
        {
            using var memory = new GuestMemory();
            int size = packed ? 1 + (sizeSeed & 15) : 1 << (sizeSeed & 4);
            var pair = new RingPair(memory, size, packed, eventIndex);
            foreach (byte step in steps)
            {
                pair.Step(step);
            }

            pair.Finish();
            return pair.Completed == pair.Added;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void WhateverADriverWritesTheDeviceEndsAndTouchesNoDevice()
    {
        Prop.ForAll<int, (ushort Where, ushort What)[]>((sizeSeed, writes) =>
        {
            using var memory = new GuestMemory();
            int size = packed ? 1 + (sizeSeed & 15) : 1 << (sizeSeed & 4);
            ulong features = FeaturesOf(packed, eventIndex);
            VirtqueueDriver driver = VirtqueueDriver.Create(memory.View, Ring, size, packed, eventIndex);
            var queue = new Virtqueue("test", 0, memory.View);
            _ = queue.Start(driver.Settings, features);
            var chain = new DescriptorChain();
            byte[] filler = new byte[64];
            Span<byte> word = stackalloc byte[2];
            for (int i = 0; i < writes.Length; i++)
            {
                _ = driver.Add([new(Data, 16, false), new(Data + 64, 16, true)], (i & 1) == 0 ? Tables : 0);
                (ushort where, ushort what) = writes[i];
                System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(word, what);
                ulong area = (where & 3) switch { 0 => driver.Settings.DescriptorArea, 1 => driver.Settings.DriverArea, 2 => driver.Settings.DeviceArea, _ => Tables };
                memory.Write(area + (ulong)((where >> 2) % (16 * size)), word);
                for (int pops = 0; queue.TryPop(chain); pops++)
                {
                    if (pops > size)
                    {
                        return false;
                    }

                    _ = chain.TryRead(filler);
                    _ = chain.TryWrite(filler);
                    queue.Push(chain.Used);
                }

                _ = queue.WantsInterrupt();
                queue.RequestNotification();
                if (queue.Fault != VirtqueueFault.None)
                {
                    _ = queue.Start(driver.Settings, features);
                }
            }

            return memory.Bus.DeviceAccesses == 0;
        }).QuickCheckThrowOnFailure();
    }

    private static ulong FeaturesOf(bool packed, bool eventIndex) =>
        VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors | (packed ? VirtioFeatures.PackedRing : 0) | (eventIndex ? VirtioFeatures.EventIndex : 0);

    /// <summary>A driver that takes what was used when interrupted, and a device that serves when notified. What one tells the other too late is lost.</summary>
    private sealed class RingPair
    {
        private readonly GuestMemory _memory;
        private readonly int _size;
        private readonly VirtqueueDriver _driver;
        private readonly DescriptorChain _chain = new();
        private readonly List<UsedElement> _taken = [];
        private readonly Dictionary<int, DriverBuffer[]> _expected = [];
        private Virtqueue _queue;
        private byte _nextTag;

        public RingPair(GuestMemory memory, int size, bool packed, bool eventIndex)
        {
            _memory = memory;
            _size = size;
            _driver = VirtqueueDriver.Create(memory.View, Ring, size, packed, eventIndex);
            _queue = new Virtqueue("test", 0, memory.View);
            Assert.That(_queue.Start(_driver.Settings, FeaturesOf(packed, eventIndex)), Is.True);
            Serve();
        }

        public int Added { get; private set; }

        public int Completed { get; private set; }

        public void Step(byte step)
        {
            switch (step & 3)
            {
                case 0:
                case 1:
                    Add(1 + (step >> 4 & 3), indirect: (step & 8) != 0);
                    break;
                case 2:
                    Complete(step >> 2);
                    break;
                default:
                    SaveAndRestore();
                    break;
            }
        }

        public void Finish()
        {
            while (_taken.Count > 0)
            {
                Complete(0);
            }
        }

        // Each request has a tag in its first byte, which comes back in every byte that the device writes.
        private void Add(int buffers, bool indirect)
        {
            byte tag = ++_nextTag;
            int slot = Added % 128;
            ulong at = Data + (ulong)(slot * BufferRoom);
            _memory.Write(at, [tag]);
            DriverBuffer[] chain = [new(at, 1, false), .. Enumerable.Range(1, buffers).Select(i => new DriverBuffer(at + (ulong)(64 * i), (uint)(i * 7), IsWritable: true))];
            int id = _driver.Add(chain, indirect ? Tables + (ulong)(slot * 128) : 0);
            if (id < 0)
            {
                return;
            }

            Assert.That(_expected.TryAdd(id, chain), Is.True, "an id is given once while it is in flight");
            Added++;
            if (_driver.NeedsKick())
            {
                Serve();
            }
        }

        private void Serve()
        {
            while (_queue.TryPop(_chain))
            {
                byte[] tag = new byte[1];
                Assert.That(_chain.TryRead(tag), Is.True);
                while (_chain.TryTakeWritable(5, out DmaRange piece))
                {
                    piece.Writable.Fill(tag[0]);
                    piece.MarkWritten(0, piece.Length);
                }

                _taken.Add(_chain.Used);
            }

            _queue.RequestNotification();
            Assert.That(_queue.Fault, Is.EqualTo(VirtqueueFault.None));
        }

        private void Complete(int choice)
        {
            if (_taken.Count == 0)
            {
                return;
            }

            int index = choice % _taken.Count;
            UsedElement used = _taken[index];
            _taken.RemoveAt(index);
            _queue.Push(used);
            if (!_queue.WantsInterrupt())
            {
                return;
            }

            while (_driver.TryTakeUsed(out UsedBuffer buffer))
            {
                Assert.That(_expected.Remove(buffer.Id, out DriverBuffer[]? chain), Is.True);
                Assert.That(buffer.Written, Is.EqualTo(chain!.Skip(1).Sum(c => c.Length)));
                byte tag = _memory.Read(chain![0].Address, 1)[0];
                foreach (DriverBuffer written in chain.Skip(1))
                {
                    Assert.That(_memory.Read(written.Address, (int)written.Length), Is.All.EqualTo(tag));
                }

                Completed++;
            }

            _driver.EnableInterrupts(_taken.Count > 0 ? 1 + (choice % _taken.Count) : 1);
        }

        private void SaveAndRestore()
        {
            var writer = new SnapshotWriter();
            _queue.Save(writer);
            _queue = new Virtqueue("test", 0, _memory.View);
            var reader = new SnapshotReader(writer.ToArray());
            _queue.Load(reader);
            Assert.That(reader.AtEnd, Is.True);
            Assert.That(_size, Is.EqualTo(_queue.Size));
        }
    }
}
