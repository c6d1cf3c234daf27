using System.Net.Sockets;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Carriers;

/// <summary>
/// The file of a Unix socket that is listened on. A process that was killed leaves it behind, and nobody can bind to its path then: who comes next takes it away, when it is a socket and nobody listens. Processes that
/// begin or end to listen in a folder do so one at a time, by a lock of the folder, so that none takes away what another one has just made. On other systems than Linux nothing is taken away.
/// </summary>
internal static class SocketFile
{
    /// <summary>Binds a socket to a path and listens; the file is for its owner only.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="path">The path.</param>
    /// <exception cref="SocketException">Somebody listens there, or there is something else than a socket, or no folder.</exception>
    public static void Listen(Socket socket, string path)
    {
        using FolderLock? folder = FolderLock.TryTake(path);
        if (folder is not null && IsAbandoned(path))
        {
            File.Delete(path);
        }

        socket.Bind(new UnixDomainSocketEndPoint(path));
        if (!OperatingSystem.IsWindows())
        {
            // Nobody connects before it listens.
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        socket.Listen();
    }

    /// <summary>Ends to listen, and takes the file away.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="path">Its path.</param>
    public static void Close(Socket socket, string path)
    {
        // Disposing of the socket deletes what is at its path: that must not be another server's, which has found nobody listening.
        using FolderLock? folder = FolderLock.TryTake(path);
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        socket.Dispose();
    }

    private static bool IsAbandoned(string path)
    {
        if (!LinuxCalls.IsSocket(path))
        {
            return false;
        }

        // One that listens and has no time for newcomers is not waited for.
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }
}
