using Emulator.Interrupts;
using Emulator.Memory;

namespace Emulator.Pci;

/// <summary>Bus 0: the functions on it, whom an address belongs to, and the four interrupt wires.</summary>
internal sealed class PciBus
{
    private const int Places = 0x100;
    private const int Lines = 4;

    private readonly PciFunction?[] _functions = new PciFunction?[Places];
    private readonly List<PciEndpoint> _endpoints = [];
    private readonly IInterruptLine?[] _lines = new IInterruptLine?[Lines];

    /// <summary>The function at a place, or null.</summary>
    /// <param name="place">Device in bits 7 to 3, function in bits 2 to 0.</param>
    public PciFunction? this[int place] => _functions[place];

    /// <summary>All functions, by their places.</summary>
    public IEnumerable<PciFunction> Functions => _functions.OfType<PciFunction>();

    /// <summary>Connects the wires.</summary>
    /// <param name="lines">INTA to INTD of device 0.</param>
    public void Connect(IReadOnlyList<IInterruptLine> lines)
    {
        for (int line = 0; line < Lines; line++)
        {
            _lines[line] = lines[line];
        }
    }

    /// <summary>Puts a function on the bus.</summary>
    /// <param name="device">Device number, 0 to 31.</param>
    /// <param name="function">Function number, 0 to 7.</param>
    /// <param name="target">The function.</param>
    /// <exception cref="ArgumentException">The place is taken.</exception>
    public void Add(int device, int function, PciFunction target)
    {
        ref PciFunction? place = ref _functions[(device << 3) | function];
        if (place is not null)
        {
            throw new ArgumentException($"00:{device:x2}.{function} is taken by '{place.Name}'; choose another place for '{target.Name}'", nameof(device));
        }

        place = target;
        if (target is PciEndpoint endpoint)
        {
            _endpoints.Add(endpoint);
            endpoint.Attach(this, device, function);
        }
    }

    /// <summary>Finds whose register an address is. Where two overlap, the one that was added first answers.</summary>
    /// <param name="space">The address space.</param>
    /// <param name="address">Address on the bus.</param>
    /// <param name="size">Width of the access in bytes.</param>
    /// <param name="offset">Offset within the region.</param>
    public IPciRegion? Find(PciSpace space, ulong address, int size, out ulong offset)
    {
        foreach (PciEndpoint endpoint in _endpoints)
        {
            if (endpoint.Find(space, address, size, out offset) is { } region)
            {
                return region;
            }
        }

        offset = 0;
        return null;
    }

    /// <summary>Drives the wire that a device's INTA is connected to: each device has them one further (PCI Local Bus 3.0, section 2.2.6).</summary>
    /// <param name="device">The device, of whose functions one has changed its mind.</param>
    public void UpdateInterrupt(int device)
    {
        bool level = false;
        foreach (PciEndpoint endpoint in _endpoints)
        {
            level |= endpoint.Device % Lines == device % Lines && endpoint.AssertsInterrupt;
        }

        _lines[device % Lines]?.Set(level);
    }
}
