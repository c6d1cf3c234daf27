using Emulator.Memory;

namespace Emulator.Fuzz;

/// <summary>
/// A driver that does what the input says to the registers of a virtio device, behind one of its transports, and to the memory where its rings and buffers are. The device may fail its requests and
/// need a reset; it must not throw, touch another device, tell a good driver of what was not asked, or be another one after it was saved and loaded.
/// </summary>
/// <param name="kinds">The devices, of which an input's first byte chooses one.</param>
internal sealed class VirtioTarget(IReadOnlyList<FuzzDevice> kinds) : IDisposable
{
    private readonly GuestRam _ram = new("ram", World.RamLength);
    private readonly byte[] _content = new byte[World.RamLength];
    private readonly byte[] _before = new byte[World.RamLength];

    /// <summary>Performs one input: a byte that chooses the device, one for the transport and the like, then operations.</summary>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (!Run(input, withSaves: true, out byte[] state))
        {
            return;
        }

        // What was saved and loaded in between must end like what was not.
        _ram.Read(0, _before);
        _ = Run(input, withSaves: false, out byte[] plainState);
        _ram.Read(0, _content);
        if (!state.AsSpan().SequenceEqual(plainState) || !_before.AsSpan().SequenceEqual(_content))
        {
            throw new InvalidOperationException("a device that was loaded has gone on otherwise");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ram.Dispose();

    // Returns true when another run is to be compared with this one.
    private bool Run(ReadOnlySpan<byte> input, bool withSaves, out byte[] state)
    {
        ClearMemory();
        var reader = new InputReader(input);
        FuzzDevice kind = kinds[reader.Byte() % kinds.Count];
        using var world = new World(_ram, kind, reader.Byte());
        bool hasSaved = false;
        while (!reader.IsAtEnd)
        {
            byte operation = reader.Byte();
            int upper = operation >> 4;
            if ((FuzzOperation)(operation & 15) == FuzzOperation.SaveAndLoad)
            {
                hasSaved = true;
                if (withSaves)
                {
                    world.SaveAndLoad();
                }
            }
            else
            {
                Perform((FuzzOperation)(operation & 15), upper, ref reader, world);
            }
        }

        world.TakeUsed();
        world.CheckNothingElseWasTouched();
        bool isCompared = hasSaved && kind.IsRepeatable;
        state = isCompared ? world.State() : [];
        return isCompared;
    }

    private void ClearMemory()
    {
        for (int page = 0; page < World.RamLength / GuestRam.PageSize; page++)
        {
            if (_ram.IsDirty(page))
            {
                _ram.Clear((ulong)page * GuestRam.PageSize, GuestRam.PageSize);
            }
        }

        _ram.ClearDirty();
    }

    private static void Perform(FuzzOperation operation, int upper, ref InputReader reader, World world)
    {
        int size = 1 << (upper & 3);
        switch (operation)
        {
            case FuzzOperation.WriteRegister:
                world.BeBad();
                world.Transport.WriteRegister((ulong)(reader.Byte() << 2) & 0x1fc, reader.UInt32());
                break;
            case FuzzOperation.WriteAnywhere:
                world.BeBad();
                world.Transport.Write(reader.UInt16(), size, reader.UInt32());
                break;
            case FuzzOperation.ReadAnywhere:
                world.Transport.Read(reader.UInt16(), size);
                break;
            case FuzzOperation.WriteRing:
                world.BeBad();
                world.WriteMemory(reader.UInt16(), reader.Bytes(2));
                break;
            case FuzzOperation.WriteMemory:
                world.BeBad();
                int count = reader.Byte() & 0x3f;
                world.WriteMemory(((upper & 3) << 16) + reader.UInt16(), reader.Bytes(count));
                break;
            case FuzzOperation.Notify:
                world.Transport.Notify((uint)upper);
                world.TakeUsed();
                break;
            case FuzzOperation.Advance:
                world.Advance(reader.UInt16());
                world.TakeUsed();
                break;
            case FuzzOperation.Request:
                byte queue = reader.Byte();
                ReadOnlySpan<byte> content = reader.Bytes(reader.UInt16() & RequestDraft.MostContent);
                world.Request(queue, content, reader.UInt16() & 0x3fff, reader.UInt16() & 0x3fff, reader.Byte());
                break;
            case FuzzOperation.Poke:
                world.Poke(reader.Bytes(upper + 1));
                world.TakeUsed();
                break;
            case FuzzOperation.WriteConfiguration:
                world.BeBad();
                world.Transport.WriteConfiguration(reader.UInt16(), size, reader.UInt32());
                break;
            case FuzzOperation.ReadConfiguration:
                world.Transport.ReadConfiguration(reader.UInt16(), size);
                break;
            case FuzzOperation.Reset:
                world.Reset();
                break;
            case FuzzOperation.Configure:
                world.Transport.Configure(reader.Byte(), reader.UInt32());
                world.TakeUsed();
                break;
            case FuzzOperation.Start:
                world.Start(upper, reader.Byte());
                break;
        }
    }
}
