namespace Emulator.Tests.Interrupts;

/// <summary>What the translation service and the LPIs do, with dictionaries in place of tables.</summary>
internal sealed class NaiveTranslation(int cpus)
{
    private readonly Dictionary<uint, Dictionary<uint, (int Id, uint Collection)>> _devices = [];
    private readonly Dictionary<uint, int> _sizes = [];
    private readonly Dictionary<uint, int> _collections = [];

    /// <summary>Pending LPIs of each CPU with the configuration that counts.</summary>
    private readonly SortedDictionary<int, byte>[] _pending = [.. Enumerable.Range(0, cpus).Select(_ => new SortedDictionary<int, byte>())];

    /// <summary>The configuration table.</summary>
    public Dictionary<int, byte> Configuration { get; } = [];

    public int HighestPending(int cpu) => _pending[cpu]
        .Where(p => (p.Value & 1) != 0)
        .OrderBy(p => p.Value & 0xf8)
        .ThenBy(p => p.Key)
        .Select(p => p.Key)
        .FirstOrDefault(1023);

    public void Acknowledge(int cpu) => _pending[cpu].Remove(HighestPending(cpu));

    public void MapDevice(uint device, int bits, bool valid)
    {
        _ = _devices.Remove(device);
        if (valid)
        {
            _devices[device] = [];
            _sizes[device] = bits;
        }
    }

    public void MapCollection(uint collection, int cpu, bool valid)
    {
        if (!valid)
        {
            _ = _collections.Remove(collection);
        }
        else if (cpu < cpus)
        {
            _collections[collection] = cpu;
        }
    }

    public void MapInterrupt(uint device, uint eventId, int id, uint collection)
    {
        if (_devices.TryGetValue(device, out var events) && eventId < 1u << _sizes[device])
        {
            events[eventId] = (id, collection);
        }
    }

    public void Move(uint device, uint eventId, uint collection)
    {
        if (Find(device, eventId) is { } found && _collections.TryGetValue(collection, out int to))
        {
            _devices[device][eventId] = (found.Id, collection);
            if (to != found.Cpu && _pending[found.Cpu].Remove(found.Id))
            {
                SetPending(to, found.Id);
            }
        }
    }

    public void MoveAll(int from, int to)
    {
        if (from == to || from >= cpus || to >= cpus)
        {
            return;
        }

        foreach (int id in _pending[from].Keys)
        {
            _pending[to][id] = 0;
        }

        _pending[from].Clear();
        ReadConfiguration(to);
    }

    public void SetPending(uint device, uint eventId)
    {
        if (Find(device, eventId) is { } found)
        {
            SetPending(found.Cpu, found.Id);
        }
    }

    public void ClearPending(uint device, uint eventId)
    {
        if (Find(device, eventId) is { } found)
        {
            _ = _pending[found.Cpu].Remove(found.Id);
        }
    }

    public void Discard(uint device, uint eventId)
    {
        if (Find(device, eventId) is not null)
        {
            ClearPending(device, eventId);
            _ = _devices[device].Remove(eventId);
        }
    }

    public void Invalidate(uint device, uint eventId)
    {
        if (Find(device, eventId) is { } found && _pending[found.Cpu].ContainsKey(found.Id))
        {
            _pending[found.Cpu][found.Id] = Configuration.GetValueOrDefault(found.Id);
        }
    }

    public void InvalidateAll(uint collection)
    {
        if (_collections.TryGetValue(collection, out int cpu))
        {
            ReadConfiguration(cpu);
        }
    }

    private void ReadConfiguration(int cpu)
    {
        foreach (int id in _pending[cpu].Keys.ToArray())
        {
            _pending[cpu][id] = Configuration.GetValueOrDefault(id);
        }
    }

    private void SetPending(int cpu, int id) => _ = _pending[cpu].TryAdd(id, Configuration.GetValueOrDefault(id));

    private (int Id, int Cpu)? Find(uint device, uint eventId) =>
        _devices.TryGetValue(device, out var events) && events.TryGetValue(eventId, out (int Id, uint Collection) found) && _collections.TryGetValue(found.Collection, out int cpu)
            ? (found.Id, cpu)
            : null;
}
