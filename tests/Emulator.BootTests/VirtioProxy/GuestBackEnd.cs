using System.Buffers.Binary;
using Emulator.Boards;
using Emulator.Testing;
using Emulator.VirtioProxy;

namespace Emulator.BootTests.VirtioProxy;

/// <summary>A machine whose guest, guest-images/proxy/ramdisk, serves another machine's disk from its RAM.</summary>
internal sealed class GuestBackEnd : IDisposable
{
    private const ulong Disk = 0x4800_0000;

    private readonly Machine _machine;
    private readonly Thread _thread;
    private readonly int _length;

    /// <summary>Starts the machine, on a thread of its own.</summary>
    public GuestBackEnd(ProxyAddress address, byte[] contents)
    {
        _length = contents.Length;
        _machine = new MachineBuilder(Board.Virt).WithKernel(Path.Combine(AppContext.BaseDirectory, "ramdisk.elf")).WithVirtioProxyDevice(address).Build();
        byte[] length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteInt64LittleEndian(length, contents.Length);
        Assert.That(_machine.Bus.TryWriteMemory(Disk - sizeof(ulong), length, secure: false) && _machine.Bus.TryWriteMemory(Disk, contents, secure: false), Is.True);
        _ = _machine.Console.Expect("serving");
        _thread = new Thread(() => _machine.Run()) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Stops the machine and reads its disk.</summary>
    public byte[] Stop()
    {
        _machine.RequestStop();
        _thread.Join();
        byte[] contents = new byte[_length];
        Assert.That(_machine.Bus.TryReadMemory(Disk, contents, secure: false), Is.True);
        return contents;
    }

    public void Dispose()
    {
        _machine.RequestStop();
        _thread.Join();
        _machine.Dispose();
    }
}
