using Emulator.Memory;

namespace Emulator.Tests.Memory;

/// <summary>Drives a flash bank as firmware does, over a bus.</summary>
internal sealed class FlashDriver
{
    private readonly SystemBus _bus = new();

    public FlashDriver(IMmioDevice flash)
    {
        _bus.MapDevice(0, flash);
    }

    public uint Read32(ulong offset) => (uint)Read(offset, 4);

    public ulong Read(ulong offset, int size)
    {
        BusResult result = _bus.Read(offset, size, BusInitiator.Cpu(0), secure: false);
        Assert.That(result.Status, Is.EqualTo(BusStatus.Ok));
        return result.Value;
    }

    public void Write(ulong offset, ulong value, int size = 4) =>
        Assert.That(_bus.Write(offset, value, size, BusInitiator.Cpu(0), secure: false), Is.EqualTo(BusStatus.Ok));

    /// <summary>Writes a command to both chips.</summary>
    public void Command(ulong offset, byte command) => Write(offset, command * 0x0001_0001u);

    public void ReadArray() => Command(0, 0xff);

    public uint ProgramWord(ulong offset, uint value)
    {
        Command(offset, 0x40);
        Write(offset, value);
        return Status();
    }

    public uint EraseBlock(ulong offset)
    {
        Command(offset, 0x20);
        Command(offset, 0xd0);
        return Status();
    }

    public uint Unlock(ulong offset)
    {
        Command(offset, 0x60);
        Command(offset, 0xd0);
        return Status();
    }

    /// <summary>Programs words through the write buffer, with the count written where the caller says.</summary>
    public uint ProgramBuffer(ulong countAt, ulong offset, params uint[] words)
    {
        Command(countAt, 0xe8);
        Write(countAt, (uint)(words.Length - 1) * 0x0001_0001u);
        for (int i = 0; i < words.Length; i++)
        {
            Write(offset + (4 * (ulong)i), words[i]);
        }

        Command(countAt, 0xd0);
        return Status();
    }

    /// <summary>Reads the status of the first chip after seeing that both agree, clears it and shows the array again.</summary>
    public uint Status()
    {
        uint both = Read32(0);
        Assert.That(both >> 16, Is.EqualTo(both & 0xffff), "the chips' status");
        Command(0, 0x50);
        ReadArray();
        return both & 0xffff;
    }
}
