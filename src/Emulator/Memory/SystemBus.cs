using System.Runtime.CompilerServices;

namespace Emulator.Memory;

/// <summary>
/// The physical address space: RAM, ROM and device windows, in a secure and a non-secure view. What is mapped for secure accesses
/// only lies above what both states see. Nothing mapped is a bus error.
/// </summary>
public sealed unsafe class SystemBus
{
    private readonly List<BusRegion> _regions = [];
    private BusRegion[] _secureView = [];
    private BusRegion[] _nonSecureView = [];
    private ulong[] _secureBases = [];
    private ulong[] _nonSecureBases = [];

    /// <summary>Raised after memory that could be read directly became a device or the other way round: cached translations are stale.</summary>
    public event Action? MappingChanged;

    /// <summary>Raised when a device that has answered <see cref="BusStatus.Pending"/> can answer now; possibly on another thread than the machine's.</summary>
    public event Action? AnswerReady;

    /// <summary>Accesses that reached a device, over all devices.</summary>
    public long DeviceAccesses => _regions.Sum(region => region.Accesses);

    /// <summary>Who hears of accesses to devices, or null.</summary>
    internal IBusObserver? Observer { get; set; }

    /// <summary>Maps RAM.</summary>
    /// <param name="address">Physical address, a multiple of the page size.</param>
    /// <param name="ram">The memory; it stays the caller's to dispose.</param>
    /// <param name="secureOnly">True when only secure accesses reach it.</param>
    /// <exception cref="ArgumentException">It would overlap another window of the same security state.</exception>
    public void MapRam(ulong address, GuestRam ram, bool secureOnly = false)
    {
        ArgumentNullException.ThrowIfNull(ram);
        Add(new BusRegion { Base = address, Length = ram.Length, Ram = ram, SecureOnly = secureOnly });
    }

    /// <summary>Maps a device.</summary>
    /// <param name="address">Physical address of its window.</param>
    /// <param name="device">The device.</param>
    /// <param name="secureOnly">True when only secure accesses reach it.</param>
    /// <exception cref="ArgumentException">It would overlap another window of the same security state.</exception>
    public void MapDevice(ulong address, IMmioDevice device, bool secureOnly = false)
    {
        ArgumentNullException.ThrowIfNull(device);
        var array = device as IMemoryMappedArray;
        if (array is not null)
        {
            array.ArrayReadableChanged += () => MappingChanged?.Invoke();
        }

        Add(new BusRegion { Base = address, Length = device.Length, Device = device, MappedArray = array, SecureOnly = secureOnly });
    }

    /// <summary>Tells that a device that has answered <see cref="BusStatus.Pending"/> can answer now: the access is repeated. Any thread may call it.</summary>
    public void SignalAnswer() => AnswerReady?.Invoke();

    /// <summary>Reads 1, 2, 4 or 8 bytes, little-endian.</summary>
    /// <param name="address">Physical address; the access must not cross the end of a window.</param>
    /// <param name="size">Width in bytes.</param>
    /// <param name="initiator">Who reads.</param>
    /// <param name="secure">True for the secure address space.</param>
    public BusResult Read(ulong address, int size, BusInitiator initiator, bool secure)
    {
        BusRegion? region = Find(address, size, secure);
        if (region is null)
        {
            return BusResult.Error;
        }

        ulong offset = address - region.Base;
        if (region.ReadableMemory is { } memory)
        {
            return ReadMemory(memory.Pointer + offset, size);
        }

        BusStatus status = ReadDevice(region, offset, size, initiator, secure, out ulong value);
        return new BusResult(status, value);
    }

    /// <summary>Writes 1, 2, 4 or 8 bytes, little-endian.</summary>
    /// <param name="address">Physical address; the access must not cross the end of a window.</param>
    /// <param name="value">The value, in the low bits.</param>
    /// <param name="size">Width in bytes.</param>
    /// <param name="initiator">Who writes.</param>
    /// <param name="secure">True for the secure address space.</param>
    public BusStatus Write(ulong address, ulong value, int size, BusInitiator initiator, bool secure)
    {
        BusRegion? region = Find(address, size, secure);
        if (region is null)
        {
            return BusStatus.Error;
        }

        ulong offset = address - region.Base;
        if (region.Ram is { } ram)
        {
            WriteMemory(ram.Pointer + offset, value, size);
            ram.MarkWrittenFromOutside(offset, size);
            return BusStatus.Ok;
        }

        return WriteDevice(region, offset, value, size, initiator, secure);
    }

    /// <summary>Copies bytes out of memory. Devices are not touched.</summary>
    /// <param name="address">Physical address.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="secure">True for the secure address space.</param>
    /// <returns>False when not all of it is readable memory; then nothing useful is in <paramref name="destination"/>.</returns>
    public bool TryReadMemory(ulong address, Span<byte> destination, bool secure)
    {
        while (!destination.IsEmpty)
        {
            if (Find(address, 1, secure) is not { } region || region.ReadableMemory is not { } memory)
            {
                return false;
            }

            ulong offset = address - region.Base;
            int count = (int)Math.Min((ulong)destination.Length, region.Length - offset);
            memory.Read(offset, destination[..count]);
            destination = destination[count..];
            address += (ulong)count;
        }

        return true;
    }

    /// <summary>Copies bytes into RAM. Devices and ROM are not touched.</summary>
    /// <param name="address">Physical address.</param>
    /// <param name="source">What to write.</param>
    /// <param name="secure">True for the secure address space.</param>
    /// <returns>False when not all of it is RAM; what lies before the hole may have been written.</returns>
    public bool TryWriteMemory(ulong address, ReadOnlySpan<byte> source, bool secure)
    {
        while (!source.IsEmpty)
        {
            if (Find(address, 1, secure) is not { Ram: { } ram } region)
            {
                return false;
            }

            ulong offset = address - region.Base;
            int count = (int)Math.Min((ulong)source.Length, region.Length - offset);
            ram.Write(offset, source[..count]);
            source = source[count..];
            address += (ulong)count;
        }

        return true;
    }

    /// <summary>The memory behind a range of addresses, for devices that reach it without copying.</summary>
    /// <param name="address">Physical address.</param>
    /// <param name="length">Length in bytes, not negative.</param>
    /// <param name="forWriting">True when it must be RAM.</param>
    /// <param name="secure">True for the secure address space.</param>
    /// <param name="range">The memory.</param>
    /// <returns>False when the range is not wholly in one piece of memory.</returns>
    internal bool TryMapMemory(ulong address, int length, bool forWriting, bool secure, out DmaRange range)
    {
        if (Find(address, length, secure) is { } region && (forWriting ? region.Ram : region.ReadableMemory) is { } memory)
        {
            range = new DmaRange(memory, address - region.Base, length);
            return true;
        }

        range = default;
        return false;
    }

    /// <summary>The memory behind a physical page, for TLBs.</summary>
    /// <param name="address">Physical address of the page.</param>
    /// <param name="secure">True for the secure address space.</param>
    /// <param name="memory">The memory that answers reads there.</param>
    /// <param name="offset">Offset of the page in it.</param>
    /// <param name="isRam">True when stores may go there too.</param>
    /// <returns>False when the page is not, or not wholly, plain memory at present.</returns>
    internal bool TryGetPage(ulong address, bool secure, out GuestRam memory, out ulong offset, out bool isRam)
    {
        BusRegion? region = Find(address, GuestRam.PageSize, secure);
        if (region?.ReadableMemory is { } found)
        {
            memory = found;
            offset = address - region.Base;
            isRam = region.Ram is not null;
            return true;
        }

        memory = null!;
        offset = 0;
        isRam = false;
        return false;
    }

    /// <summary>Reads from a device window that is known already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal BusStatus ReadDevice(BusRegion region, ulong offset, int size, BusInitiator initiator, bool secure, out ulong value)
    {
        region.Accesses++;
        BusResult result = region.Device!.Read(new BusAccess(offset, size, initiator, secure));
        Observer?.DeviceRead(region.Base + offset, size, initiator, result);

        // In parts: copying the whole of what was written in parts would make the host wait.
        value = result.Value;
        return result.Status;
    }

    /// <summary>Writes to a device window that is known already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal BusStatus WriteDevice(BusRegion region, ulong offset, ulong value, int size, BusInitiator initiator, bool secure)
    {
        region.Accesses++;
        BusStatus status = region.Device!.Write(new BusAccess(offset, size, initiator, secure), value);
        Observer?.DeviceWritten(region.Base + offset, value, size, initiator, status);
        return status;
    }

    /// <summary>The device window behind a physical address, or null.</summary>
    internal BusRegion? FindDevice(ulong address, int size, bool secure) =>
        Find(address, size, secure) is { Device: not null } region ? region : null;

    /// <summary>Counts accesses that a device was not asked for, because they would have been as those before.</summary>
    internal void CountSkippedAccesses(BusRegion region, long count) => region.Accesses += count;

    /// <summary>Takes a window away, which nobody uses any more; for buses without CPUs.</summary>
    /// <param name="address">Where it begins.</param>
    internal void Unmap(ulong address)
    {
        _ = _regions.RemoveAll(region => region.Base == address);
        BuildViews();
    }

    /// <summary>All windows, by address.</summary>
    internal IReadOnlyList<BusRegion> Regions => _regions;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadMemory(byte* pointer, int size) => size switch
    {
        1 => *pointer,
        2 => Unsafe.ReadUnaligned<ushort>(pointer),
        4 => Unsafe.ReadUnaligned<uint>(pointer),
        _ => Unsafe.ReadUnaligned<ulong>(pointer),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteMemory(byte* pointer, ulong value, int size)
    {
        switch (size)
        {
            case 1:
                *pointer = (byte)value;
                break;
            case 2:
                Unsafe.WriteUnaligned(pointer, (ushort)value);
                break;
            case 4:
                Unsafe.WriteUnaligned(pointer, (uint)value);
                break;
            default:
                Unsafe.WriteUnaligned(pointer, value);
                break;
        }
    }

    private BusRegion? Find(ulong address, int size, bool secure)
    {
        ulong[] bases = secure ? _secureBases : _nonSecureBases;
        int low = 0;
        int high = bases.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (bases[middle] <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low == 0)
        {
            return null;
        }

        BusRegion region = (secure ? _secureView : _nonSecureView)[low - 1];
        ulong offset = address - region.Base;
        return offset < region.Length && (ulong)size <= region.Length - offset ? region : null;
    }

    private void Add(BusRegion region)
    {
        if (region.Length == 0 || region.Base > ulong.MaxValue - (region.Length - 1))
        {
            throw new ArgumentException($"'{region.Name}' does not fit into the address space at 0x{region.Base:x}");
        }

        foreach (BusRegion other in _regions)
        {
            if (other.SecureOnly == region.SecureOnly && region.Base <= other.Base + (other.Length - 1) && other.Base <= region.Base + (region.Length - 1))
            {
                throw new ArgumentException($"'{region.Name}' at 0x{region.Base:x} overlaps '{other.Name}' at 0x{other.Base:x}");
            }
        }

        _regions.Add(region);
        _regions.Sort((a, b) => a.Base.CompareTo(b.Base));
        BuildViews();
    }

    private void BuildViews()
    {
        _nonSecureView = [.. _regions.Where(r => !r.SecureOnly)];
        _secureView = BuildSecureView();
        _nonSecureBases = [.. _nonSecureView.Select(r => r.Base)];
        _secureBases = [.. _secureView.Select(r => r.Base)];
        MappingChanged?.Invoke();
    }

    // Secure windows hide what lies below them; a common window that is only partly hidden is refused, as no board has one.
    private BusRegion[] BuildSecureView()
    {
        List<BusRegion> view = [.. _regions.Where(r => r.SecureOnly)];
        foreach (BusRegion common in _nonSecureView)
        {
            bool hidden = view.Exists(s => s.SecureOnly && s.Base <= common.Base + (common.Length - 1) && common.Base <= s.Base + (s.Length - 1));
            if (!hidden)
            {
                view.Add(common);
            }
        }

        view.Sort((a, b) => a.Base.CompareTo(b.Base));
        return [.. view];
    }
}
