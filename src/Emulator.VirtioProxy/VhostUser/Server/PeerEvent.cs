using System.Runtime.InteropServices;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>What a front end signals or waits for: an eventfd, or a pipe or socket that carries words as an eventfd does.</summary>
internal sealed unsafe class PeerEvent : IDisposable
{
    /// <summary>Takes a descriptor over that has come from the front end.</summary>
    public PeerEvent(int descriptor)
    {
        Descriptor = descriptor;
        LinuxCalls.MakeNonBlocking(descriptor);
    }

    /// <summary>The descriptor, or -1 once it is closed.</summary>
    public int Descriptor { get; private set; }

    /// <summary>Signals. When it cannot take more, somebody has been told enough.</summary>
    public void Signal()
    {
        ulong one = 1;
        _ = LinuxCalls.Write(Descriptor, &one, sizeof(ulong));
    }

    /// <summary>Takes the signal back. What has no other end any more is closed, as it would be readable for ever.</summary>
    public void Take()
    {
        ulong count;
        nint length = LinuxCalls.Read(Descriptor, &count, sizeof(ulong));
        if (length == 0 || (length < 0 && Marshal.GetLastPInvokeError() is not (LinuxCalls.ErrorAgain or LinuxCalls.ErrorInterrupted)))
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Descriptor >= 0)
        {
            _ = LinuxCalls.Close(Descriptor);
            Descriptor = -1;
        }
    }
}
