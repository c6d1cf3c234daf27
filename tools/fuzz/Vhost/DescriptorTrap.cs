using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.Fuzz.Vhost;

/// <summary>A descriptor to send where none is wanted. It tells when all copies of it have been closed.</summary>
internal sealed unsafe class DescriptorTrap : IDisposable
{
    private readonly DescriptorSocket _end;
    private readonly DescriptorSocket _sent;

    public DescriptorTrap() => (_end, _sent) = DescriptorSocket.CreatePair();

    /// <summary>What to send.</summary>
    public int Descriptor => _sent.Descriptor;

    /// <summary>Closes it, and looks for copies.</summary>
    /// <exception cref="InvalidOperationException">There are some.</exception>
    public void CheckClosed()
    {
        _sent.Dispose();
        byte* bytes = stackalloc byte[64];
        nint count;
        do
        {
            // What it was signalled with, when it was taken for an event.
            count = LinuxCalls.Receive(_end.Descriptor, bytes, 64, LinuxCalls.MessageDontWait);
        }
        while (count > 0);
        if (count < 0)
        {
            throw new InvalidOperationException("a descriptor that has come was not closed");
        }
    }

    public void Dispose()
    {
        _sent.Dispose();
        _end.Dispose();
    }
}
