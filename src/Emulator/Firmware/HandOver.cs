using Emulator.Boards;

namespace Emulator.Firmware;

/// <summary>
/// Decides what lies where when a machine starts and how its CPUs start, as QEMU 7.2 does: firmware in flash with the device
/// tree at the start of RAM; an ELF file where its segments say; a kernel by the arm64 boot protocol (Linux,
/// Documentation/arch/arm64/booting.rst).
/// </summary>
internal sealed class HandOver
{
    /// <summary>Room in which a guest may add to the board's own device tree.</summary>
    public const int DeviceTreeLength = 1 << 20;

    private const ulong PageSize = 4096;
    private const ulong KernelAlignment = 2 << 20;
    private const ulong DeviceTreeAlignment = 2 << 20;

    // An initrd stands this far into RAM, or half-way where there is less: behind a kernel that unpacks itself, inside what a kernel maps first.
    private const ulong InitrdOffset = 128 << 20;

    // A kernel that would start in the first page goes to the next possible place, as on QEMU, which has a few instructions there.
    private const ulong ReservedAtStart = 4096;

    // Where a kernel without a header goes: the text offset of kernels that have no size in theirs.
    private const ulong RawKernelOffset = 0x8_0000;

    private readonly BoardDescription _board;
    private readonly BootSources _sources;
    private readonly List<LoadSegment> _segments = [];

    private HandOver(BoardDescription board, BootSources sources)
    {
        _board = board;
        _sources = sources;
    }

    private BoardRegion Ram => _board.Ram;

    /// <summary>Makes the plan.</summary>
    /// <param name="board">The board.</param>
    /// <param name="sources">What it is given to boot.</param>
    /// <exception cref="ImageFormatException">An image is broken, for another machine, or does not fit into memory.</exception>
    public static LoadPlan Plan(BoardDescription board, BootSources sources) => new HandOver(board, sources).Plan();

    private LoadPlan Plan()
    {
        if (_sources.Firmware is { } firmware)
        {
            return ImageLoader.Load(firmware, Ram.Length) switch
            {
                ElfImage elf => PlanElf(elf),
                RawImage raw => PlanFlash(raw.Name, raw.Data),
                LinuxImage image => PlanFlash(image.Name, image.Data),
                _ => throw new InvalidOperationException("an image of an unknown kind"),
            };
        }

        if (_sources.Kernel is not { } kernel)
        {
            return PlanReset(SymbolTable.Empty);
        }

        return ImageLoader.Load(kernel, Ram.Length) switch
        {
            ElfImage elf => PlanElf(elf),
            LinuxImage image => PlanKernel(image.Name, image.Data, image.TextOffset, image.ImageSize),
            RawImage raw => PlanKernel(raw.Name, raw.Data, RawKernelOffset, (ulong)raw.Data.Length),
            _ => throw new InvalidOperationException("an image of an unknown kind"),
        };
    }

    private LoadPlan PlanFlash(string name, ReadOnlyMemory<byte> data)
    {
        BoardRegion bank = _board.Find("flash0")!;
        if ((ulong)data.Length > bank.Length)
        {
            throw new ImageFormatException(name, ImageError.TooLarge, $"has {data.Length:N0} bytes, the flash holds {bank.Length:N0}; give a smaller image");
        }

        _segments.Add(new LoadSegment(name, bank, bank.Base, data, (ulong)data.Length));
        return PlanReset(SymbolTable.Empty);
    }

    private LoadPlan PlanElf(ElfImage image)
    {
        foreach (ElfSegment segment in image.Segments)
        {
            BoardRegion region = FindMemory(image.Name, segment.PhysicalAddress, segment.Length);
            _segments.Add(new LoadSegment(image.Name, region, segment.PhysicalAddress, segment.Data, segment.Length));
        }

        return PlanReset(image.Symbols, image.Entry);
    }

    /// <summary>A start in the state that the CPUs have out of reset, with the device tree at the start of RAM if that is free.</summary>
    private LoadPlan PlanReset(SymbolTable symbols, ulong entry = 0)
    {
        // With firmware the kernel and its initrd are the firmware's business.
        LoadSegment? initrd = _sources.Firmware is null && _sources.Kernel is not null ? PlaceInitrd() : null;
        byte[] tree = CreateDeviceTree(initrd);
        ulong end = Ram.Base + (ulong)tree.Length;
        bool isFree = (ulong)tree.Length <= Ram.Length && !_segments.Any(segment => segment.Region == Ram && segment.Address < end);
        if (isFree)
        {
            AddToRam("device tree", Ram.Base, tree, (ulong)tree.Length);
        }

        return Finish(
            new CpuStart(entry, 0, _board.Options.ExceptionLevel, _board.HasSecureState),
            _board.PsciConduit == PsciConduit.None ? SecondaryCpus.Running : SecondaryCpus.PoweredOff,
            tree,
            isFree ? Ram.Base : null,
            symbols);
    }

    private LoadPlan PlanKernel(string name, ReadOnlyMemory<byte> data, ulong offset, ulong size)
    {
        if (offset < ReservedAtStart)
        {
            offset += KernelAlignment;
        }

        if (offset > Ram.Length || size > Ram.Length - offset)
        {
            throw ImageFile.TooLarge(name, $"takes {size:N0} bytes of memory from 0x{offset:x} on", offset > Ram.Length ? 0 : Ram.Length - offset);
        }

        // What a kernel counts as its own beyond the file is uninitialised: it clears it itself.
        AddToRam(name, Ram.Base + offset, data, (ulong)data.Length);
        LoadSegment? initrd = PlaceInitrd(Ram.Base + offset + size);
        byte[] tree = CreateDeviceTree(initrd);
        ulong address = AlignUp(initrd?.End ?? InitrdStart(Ram.Base + offset + size), DeviceTreeAlignment);
        if (address > Ram.End || (ulong)tree.Length > Ram.End - address)
        {
            throw new ImageFormatException(name, ImageError.TooLarge, "leaves no room for the device tree behind it and the initrd; give the machine more memory");
        }

        AddToRam("device tree", address, tree, (ulong)tree.Length);

        // The protocol wants EL2, or EL1, in the non-secure state, and the other CPUs off.
        CpuStart start = new(Ram.Base + offset, address, Math.Min(_board.Options.ExceptionLevel, 2), IsSecure: false);
        return Finish(start, SecondaryCpus.PoweredOff, tree, address, SymbolTable.Empty);
    }

    private LoadPlan Finish(CpuStart start, SecondaryCpus secondaryCpus, byte[] tree, ulong? treeAddress, SymbolTable symbols)
    {
        bool isOffered = _sources.Firmware is not null && _sources.Kernel is not null;
        return new LoadPlan
        {
            Segments = _segments,
            Start = start,
            SecondaryCpus = secondaryCpus,
            DeviceTree = tree,
            DeviceTreeAddress = treeAddress,
            FirmwareConfiguration = FirmwareConfiguration.Create(
                _board,
                isOffered ? ImageLoader.Decompress(_sources.Kernel!, Ram.Length) : null,
                isOffered ? _sources.Initrd : null,
                _sources.CommandLine),
            Symbols = symbols,
        };
    }

    /// <summary>Puts the initrd behind what is in RAM already.</summary>
    private LoadSegment? PlaceInitrd(ulong end = 0)
    {
        if (_sources.Initrd is not { } initrd)
        {
            return null;
        }

        foreach (LoadSegment segment in _segments.Where(segment => segment.Region == Ram))
        {
            end = Math.Max(end, segment.End);
        }

        ulong start = InitrdStart(end);
        if (start > Ram.End || (ulong)initrd.Data.Length > Ram.End - start)
        {
            throw ImageFile.TooLarge(initrd.Name, $"has {initrd.Data.Length:N0} bytes", start > Ram.End ? 0 : Ram.End - start);
        }

        AddToRam(initrd.Name, start, initrd.Data, (ulong)initrd.Data.Length);
        return _segments[^1];
    }

    private ulong InitrdStart(ulong end) => AlignUp(Math.Max(end, Ram.Base + Math.Min(Ram.Length / 2, InitrdOffset)), PageSize);

    private byte[] CreateDeviceTree(LoadSegment? initrd)
    {
        if (_sources.DeviceTree is { } file)
        {
            return UserDeviceTree.Create(_board, file, _sources.CommandLine, initrd);
        }

        DeviceTree tree = _board.CreateDeviceTree();
        DeviceTreeChosen.Describe(tree.Find("/chosen")!, _sources.CommandLine, initrd);
        return tree.ToBytes(DeviceTreeLength);
    }

    private void AddToRam(string name, ulong address, ReadOnlyMemory<byte> data, ulong length) => _segments.Add(new LoadSegment(name, Ram, address, data, length));

    private BoardRegion FindMemory(string name, ulong address, ulong length)
    {
        foreach (BoardRegion region in _board.Regions)
        {
            if (region.Kind is not (BoardRegionKind.Ram or BoardRegionKind.SecureRam or BoardRegionKind.Flash))
            {
                continue;
            }

            if (region.Contains(address, length))
            {
                return region;
            }

            if (region.Contains(address, 0) && address != region.End)
            {
                throw ImageFile.TooLarge(name, $"has a segment of {length:N0} bytes at 0x{address:x}, in {region.Name}", region.End - address);
            }
        }

        throw new ImageFormatException(name, ImageError.OutsideMemory, $"has a segment at 0x{address:x} where {_board.Board} has no memory; link it for RAM, 0x{Ram.Base:x} to 0x{Ram.End - 1:x}");
    }

    private static ulong AlignUp(ulong value, ulong alignment) => (value + alignment - 1) & ~(alignment - 1);
}
