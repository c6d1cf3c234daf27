using Emulator.Memory;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Server.Areas;

/// <summary>
/// The memory that a front end shares (docs/virtio-proxy.md, sections 3 and 5), as an address space of its own: rings and buffers are looked up in it as those of a machine's devices are in the machine's, so what lies
/// outside of the areas, or is to be written in one that is read-only, is refused in one place.
/// </summary>
internal sealed class AreaMap : IDisposable
{
    // What is tracked of each page takes memory here.
    private const ulong MostBytes = 1UL << 36;

    private readonly Dictionary<ushort, MappedArea> _areas = [];
    private readonly HashSet<ushort> _leaving = [];
    private readonly SystemBus _bus = new();
    private readonly int _limit;
    private readonly IStaticMemory? _static;
    private readonly AreaFlags _known;

    /// <summary>Creates a map without areas.</summary>
    /// <param name="limit">How many areas there can be.</param>
    /// <param name="staticMemory">Memory that both sides have from the start, or null.</param>
    /// <param name="hasFat">True when areas can be fat.</param>
    public AreaMap(int limit, IStaticMemory? staticMemory, bool hasFat)
    {
        _known = AreaFlags.Descriptor | AreaFlags.Static | AreaFlags.ReadOnly | (hasFat ? AreaFlags.Fat : AreaFlags.None);
        _limit = limit;
        _static = staticMemory;
        View = new DmaView(_bus, BusInitiator.Host);
    }

    /// <summary>The areas as a device sees them, but for those that are fat.</summary>
    public DmaView View { get; }

    /// <summary>Makes the ring of a queue. One whose table begins a fat area has that area for itself, and sees nothing else.</summary>
    public VirtqueueRing CreateRing(in VirtqueueSettings settings, ulong features)
    {
        foreach (MappedArea area in _areas.Values)
        {
            if (area.Own is { } own && area.Address == settings.DescriptorArea)
            {
                // A queue of another layout finds no ring where it says that it is.
                var layout = new FatLayout(settings.Size, area.Memory.Length);
                DmaView memory = layout.At(area.Address) == settings ? own : new DmaView(new SystemBus(), BusInitiator.Host);
                return new SplitRing(memory, settings, features) { Slots = layout.SlotsAt(area.Address) };
            }
        }

        return new SplitRing(View, settings, features);
    }

    /// <summary>Adds an area.</summary>
    /// <param name="area">What the front end tells of it.</param>
    /// <param name="descriptor">The file descriptor that came with it, or -1; it stays the caller's.</param>
    public ResultCode Share(in Payloads.Area area, int descriptor)
    {
        ulong address = area.Base != 0 ? area.Base : (ulong)area.Number << Payloads.Area.NumberShift;
        bool isStatic = (area.Flags & AreaFlags.Static) != 0;
        if ((area.Flags & ~_known) != 0)
        {
            return ResultCode.NotSupported;
        }

        if (_areas.ContainsKey(area.Number) || isStatic != (descriptor < 0) || isStatic == ((area.Flags & AreaFlags.Descriptor) != 0) || !IsWellFormed(area, address))
        {
            return ResultCode.Malformed;
        }

        ulong total = area.Size;
        foreach (MappedArea other in _areas.Values)
        {
            if (address <= other.Address + (other.Memory.Length - 1) && other.Address <= address + (area.Size - 1))
            {
                return ResultCode.Malformed;
            }

            total += other.Memory.Length;
        }

        if (_areas.Count == _limit || area.Size > MostBytes || total > MostBytes || (isStatic && _static is null))
        {
            return ResultCode.Denied;
        }

        Payloads.Area shared = area;
        return isStatic ? Map(area, address, () => _static!.Map(shared.Offset, shared.Size, IsReadOnly(shared))) : ShareFile(area, address, descriptor);
    }

    /// <summary>Takes an area away.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="isUsed">True while a ring may lie in it: then it goes with <see cref="ReleaseLeaving"/>.</param>
    public ResultCode Unshare(ushort number, bool isUsed)
    {
        if (!_areas.ContainsKey(number))
        {
            return ResultCode.NoSuchArea;
        }

        if (isUsed)
        {
            _ = _leaving.Add(number);
            return ResultCode.Busy;
        }

        Remove(number);
        return ResultCode.Done;
    }

    /// <summary>No ring lies in an area any more: takes those away that could not be before.</summary>
    /// <returns>Their numbers.</returns>
    public IReadOnlyList<ushort> ReleaseLeaving()
    {
        if (_leaving.Count == 0)
        {
            return [];
        }

        ushort[] numbers = [.. _leaving.Order()];
        Array.ForEach(numbers, Remove);
        return numbers;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (MappedArea area in _areas.Values)
        {
            area.Memory.Dispose();
        }

        _areas.Clear();
    }

    private static bool IsFat(in Payloads.Area area) => (area.Flags & AreaFlags.Fat) != 0;

    private static bool IsReadOnly(in Payloads.Area area) => (area.Flags & AreaFlags.ReadOnly) != 0;

    private static bool IsWellFormed(in Payloads.Area area, ulong address) =>
        area.Size != 0
        && (area.Size | area.Offset | address) % GuestRam.PageSize == 0
        && area.Size - 1 <= ulong.MaxValue - address
        && area.Offset <= long.MaxValue - area.Size
        && (area.Base != 0 || area.Number < Payloads.Area.NumbersWithoutBase)
        && !(IsFat(area) && IsReadOnly(area));

    // The end of a file that can be made shorter would be a signal that ends this process.
    private ResultCode ShareFile(in Payloads.Area area, ulong address, int descriptor)
    {
        if (!LinuxCalls.IsSealed(descriptor))
        {
            return ResultCode.Denied;
        }

        Payloads.Area shared = area;
        return LinuxCalls.LengthOf(descriptor) >= (long)(area.Offset + area.Size)
            ? Map(area, address, () => HostPages.Map(descriptor, shared.Offset, shared.Size, IsReadOnly(shared)))
            : ResultCode.AddressFault;
    }

    private ResultCode Map(in Payloads.Area area, ulong address, Func<HostPages> map)
    {
        GuestRam memory;
        try
        {
            memory = new GuestRam($"area {area.Number}", map());
        }
        catch (EmulatorException)
        {
            return ResultCode.Denied;
        }

        SystemBus bus = IsFat(area) ? new SystemBus() : _bus;
        if (IsReadOnly(area))
        {
            bus.MapDevice(address, new Rom(memory));
        }
        else
        {
            bus.MapRam(address, memory);
        }

        _areas.Add(area.Number, new MappedArea(address, memory, IsFat(area) ? new DmaView(bus, BusInitiator.Host) : null));
        return ResultCode.Done;
    }

    private void Remove(ushort number)
    {
        _ = _leaving.Remove(number);
        _ = _areas.Remove(number, out MappedArea area);
        if (area.Own is null)
        {
            _bus.Unmap(area.Address);
        }

        area.Memory.Dispose();
    }

    // A fat area is reached by its own queue only.
    private readonly record struct MappedArea(ulong Address, GuestRam Memory, DmaView? Own);
}
