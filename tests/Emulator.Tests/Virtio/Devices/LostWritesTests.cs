using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Emulator.Testing.Virtio;
using Emulator.Tests.Devices;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Devices;

/// <summary>
/// The power fails while a driver writes, before and after every operation on the disk: what the driver knew to be safe at that moment is there. It knows so of a write when a flush that it
/// sent after the write's completion has completed; without VIRTIO_BLK_F_FLUSH, or with the cache switched off, when the write itself has.
/// </summary>
[TestFixture(VirtioMmioVersion.Modern, 0)]
[TestFixture(VirtioMmioVersion.Modern, 1000)]
[TestFixture(VirtioMmioVersion.Legacy, 0)]
internal sealed class LostWritesTests(VirtioMmioVersion version, long latency)
{
    private const int Sectors = 64;
    private const int MostSectors = 8;
    private const int QueueSize = 32;
    private const int Steps = 150;
    private const ulong FlushFeature = 1 << 9;
    private const ulong WritebackFeature = 1 << 11;
    private const ulong WriteZeroesFeature = 1 << 14;
    private const int WritebackOffset = 0x120;
    private const uint Out = 1;
    private const uint Flush = 4;
    private const uint WriteZeroes = 13;
    private const ulong Ring = GuestMemory.Base + 0x1_0000;
    private const ulong Slots = GuestMemory.Base + 0x10_0000;
    private const ulong SlotLength = 0x2000;

    public enum Cache
    {
        /// <summary>The driver flushes it.</summary>
        Flushed,

        /// <summary>The driver knows nothing of it.</summary>
        Unknown,

        /// <summary>The driver has switched it off.</summary>
        Off,
    }

    [Test]
    public void WhatTheDriverKnowsToBeSafeIsThereAfterAPowerFailureAtAnyPoint([Values] Cache cache, [Values(1, 2, 3)] int seed)
    {
        using var sequence = new Sequence(version, latency, cache, seed, new VolatileStorage(Sectors));
        sequence.Run();

        Assert.That(sequence.Lost, Is.Empty);
        Assert.That(sequence.Cuts, Is.GreaterThan(100));
        Assert.That(sequence.MostKnownSafe, Is.GreaterThan(20), "something was to be lost");
    }

    [Test]
    public void ADiskThatOnlySaysThatItHasFlushedIsFoundOut([Values] Cache cache)
    {
        using var sequence = new Sequence(version, latency, cache, 1, new VolatileStorage(Sectors) { Lies = true });
        sequence.Run();

        Assert.That(sequence.Lost, Is.Not.Empty);
    }

    /// <summary>A driver that has up to eight requests under way.</summary>
    private sealed class Sequence : IDisposable
    {
        private readonly GuestMemory _memory = new();
        private readonly DeviceWorld _world = new();
        private readonly Random _random;
        private readonly VolatileStorage _storage;
        private readonly VirtioMmioTransport _transport;
        private readonly VirtioMmioDriver _driver;
        private readonly VirtqueueDriver _ring;
        private readonly Cache _cache;
        private readonly long _latency;
        private readonly List<Request> _requests = [];
        private readonly Dictionary<int, Request> _underWay = [];
        private readonly SortedSet<int> _freeSlots = [.. Enumerable.Range(0, MostSectors)];
        private int _time;

        public Sequence(VirtioMmioVersion version, long latency, Cache cache, int seed, VolatileStorage storage)
        {
            _random = new Random(seed);
            _cache = cache;
            _latency = latency;
            _storage = storage;
            var settings = new VirtioModelSettings("disk", _memory.View, _world.Clock) { Latency = latency };
            _transport = new VirtioMmioTransport("disk", new VirtioBlock(settings, storage), version, new RecordedLine(), _world.Unimplemented);
            _driver = new VirtioMmioDriver(_transport, _memory.View, version);
            _driver.Negotiate(cache switch
            {
                Cache.Flushed => ~WritebackFeature,
                Cache.Unknown => ~(FlushFeature | WritebackFeature),
                _ => ulong.MaxValue,
            });
            _ring = _driver.StartQueue(0, Ring, QueueSize);
            _driver.SetReady();
            if (cache == Cache.Off)
            {
                _transport.Write(WritebackOffset, 1, 0);
            }

            storage.AtOperation += CutThePower;
        }

        /// <summary>What was not there though it should have been.</summary>
        public List<string> Lost { get; } = [];

        public int Cuts { get; private set; }

        public int MostKnownSafe { get; private set; }

        public void Run()
        {
            for (int step = 0; step < Steps; step++)
            {
                for (int more = _random.Next(1, 4); more > 0 && _freeSlots.Count > 0; more--)
                {
                    Offer();
                }

                _driver.Notify(0);
                _world.Advance(_random.NextInt64(_latency + 1));
                TakeCompletions();
            }

            _world.Advance(10 * _latency);
            TakeCompletions();
            CutThePower();
            Assert.That(_underWay, Is.Empty);
        }

        public void Dispose()
        {
            _transport.Dispose();
            _memory.Dispose();
        }

        private void Offer()
        {
            int slot = _freeSlots.Min;
            _freeSlots.Remove(slot);
            uint type = _random.Next(8) switch { 0 or 1 => Flush, 2 when (_driver.Features & WriteZeroesFeature) != 0 => WriteZeroes, _ => Out };
            int count = type == Flush ? 0 : _random.Next(1, MostSectors + 1);
            int sector = _random.Next(Sectors - count + 1);
            var request = new Request(type, slot, sector, count, (uint)(type == WriteZeroes ? 0 : _requests.Count + 1), _time++);
            _requests.Add(request);
            _underWay.Add(_ring.Add(Write(request)), request);
        }

        private DriverBuffer[] Write(Request request)
        {
            ulong header = Slots + ((ulong)request.Slot * SlotLength);
            ulong data = header + 0x100;
            byte[] bytes = new byte[16];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, request.Type);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), request.Type == Out ? (ulong)request.Sector : 0);
            _memory.Write(header, bytes);
            DriverBuffer[] rest = [];
            if (request.Type == Out)
            {
                byte[] content = new byte[request.Count * VirtioBlock.SectorSize];
                MemoryMarshal.Cast<byte, uint>(content.AsSpan()).Fill(request.Stamp);
                _memory.Write(data, content);
                rest = [new(data, (uint)content.Length, false)];
            }
            else if (request.Type == WriteZeroes)
            {
                byte[] range = new byte[16];
                BinaryPrimitives.WriteUInt64LittleEndian(range, (ulong)request.Sector);
                BinaryPrimitives.WriteUInt32LittleEndian(range.AsSpan(8), (uint)request.Count);
                _memory.Write(data, range);
                rest = [new(data, 16, false)];
            }

            return [new(header, 16, false), .. rest, new(header + 16, 1, true)];
        }

        private void TakeCompletions()
        {
            while (_ring.TryTakeUsed(out UsedBuffer used))
            {
                _underWay.Remove(used.Id, out Request? request);
                Assert.That(_memory.Read(Slots + ((ulong)request!.Slot * SlotLength) + 16, 1)[0], Is.Zero, "the request succeeded");
                request.Completed = _time++;
                _freeSlots.Add(request.Slot);
            }
        }

        private void CutThePower()
        {
            Cuts++;
            TakeCompletions();
            int flushed = _requests.FindLast(request => request.Type == Flush && request.Completed is not null)?.Sent ?? -1;
            Request[] safe = [.. _requests.Where(request => request.Count > 0 && (_cache == Cache.Flushed ? request.Completed < flushed : request.Completed is not null))];
            MostKnownSafe = Math.Max(MostKnownSafe, safe.Length);
            Check(safe, _storage.Survivors());
            Check(safe, _storage.Survivors(new Random(Cuts)));
        }

        private void Check(Request[] safe, byte[] content)
        {
            for (int sector = 0; sector < Sectors; sector++)
            {
                Request? last = safe.LastOrDefault(request => request.Covers(sector));
                ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(content.AsSpan(sector * VirtioBlock.SectorSize, VirtioBlock.SectorSize));
                uint stamp = words[0];
                bool isWhole = words.IndexOfAnyExcept(stamp) < 0;
                bool isRight = last is null || last.Stamp == stamp || _requests.Exists(request => request.Sent > last.Sent && request.Covers(sector) && request.Stamp == stamp);
                if (!isWhole || !isRight)
                {
                    Lost.Add($"cut {Cuts}: sector {sector} has {stamp}; write {last?.Stamp}, sent at {last?.Sent}, was safe");
                }
            }
        }

        private sealed record Request(uint Type, int Slot, int Sector, int Count, uint Stamp, int Sent)
        {
            public int? Completed { get; set; }

            public bool Covers(int sector) => sector >= Sector && sector < Sector + Count;
        }
    }
}
