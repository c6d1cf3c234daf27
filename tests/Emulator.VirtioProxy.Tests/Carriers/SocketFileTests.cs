using System.Net.Sockets;
using System.Runtime.Versioning;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Server;
using Emulator.VirtioProxy.Tests.VhostUser.Server;
using Emulator.VirtioProxy.VhostUser.Server;

namespace Emulator.VirtioProxy.Tests.Carriers;

/// <summary>Paths of Unix sockets to listen at: what a killed server has left is taken away, and nothing else.</summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class SocketFileTests
{
    private TemporaryFolder _folder = null!;
    private string _path = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TemporaryFolder();
        _path = Path.Combine(_folder.Path, "socket");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void A_socket_that_a_killed_server_has_left_is_taken_over([Values] bool vhostUser)
    {
        Abandon(_path);

        using (Start(vhostUser))
        {
            Assert.That(Answers(_path), Is.True);
            Assert.That(File.GetUnixFileMode(_path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        Assert.That(File.Exists(_path), Is.False, "a server that ends takes its socket along");
    }

    [Test]
    public void A_socket_at_which_somebody_listens_stays_and_is_told_of([Values] bool vhostUser)
    {
        using IDisposable first = Start(vhostUser);

        Assert.That(() => Start(vhostUser), Throws.TypeOf<EmulatorException>().With.Message.Contains(_path).And.Message.Contains("another server is there"));

        Assert.That(Answers(_path), Is.True);
    }

    [Test]
    public void A_listener_that_has_no_time_for_newcomers_counts_as_one()
    {
        using var busy = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        busy.Bind(new UnixDomainSocketEndPoint(_path));
        busy.Listen(1);
        var waiting = new List<Socket>();
        try
        {
            SocketException? refusal = null;
            while (refusal is null)
            {
                waiting.Add(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false });
                try
                {
                    waiting[^1].Connect(new UnixDomainSocketEndPoint(_path));
                }
                catch (SocketException e)
                {
                    refusal = e;
                }
            }

            Assert.That(() => Start(vhostUser: false), Throws.TypeOf<EmulatorException>());
            Assert.That(File.Exists(_path), Is.True);
        }
        finally
        {
            waiting.ForEach(socket => socket.Dispose());
        }
    }

    [Test]
    public void A_file_that_is_no_socket_stays([Values] bool vhostUser)
    {
        File.WriteAllText(_path, "precious");

        Assert.That(() => Start(vhostUser), Throws.TypeOf<EmulatorException>().With.Message.Contains("no socket"));

        Assert.That(File.ReadAllText(_path), Is.EqualTo("precious"));
    }

    [Test]
    public void A_link_to_a_socket_stays_and_so_does_what_it_leads_to()
    {
        string target = Path.Combine(_folder.Path, "target");
        Abandon(target);
        _ = File.CreateSymbolicLink(_path, target);

        Assert.That(() => Start(vhostUser: false), Throws.TypeOf<EmulatorException>());

        Assert.That((File.Exists(_path), File.Exists(target)), Is.EqualTo((true, true)));
    }

    [Test]
    public void Of_several_that_come_at_once_one_gets_the_path_and_keeps_it()
    {
        const int Newcomers = 6;
        for (int round = 0; round < 50; round++)
        {
            Abandon(_path);
            using var barrier = new Barrier(Newcomers);
            Socket?[] listeners = new Socket?[Newcomers];
            InParallel(Newcomers, index =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                barrier.SignalAndWait();
                try
                {
                    SocketFile.Listen(socket, _path);
                    listeners[index] = socket;
                }
                catch (SocketException)
                {
                    socket.Dispose();
                }
            });

            Socket winner = listeners.Single(socket => socket is not null)!;
            Assert.That(Answers(_path), Is.True);
            using (winner.Accept())
            {
                // It is the one that is reached.
            }

            SocketFile.Close(winner, _path);
        }
    }

    [Test]
    public void One_that_ends_does_not_take_away_what_the_next_has_made()
    {
        InParallel(3, _ =>
        {
            for (int left = 100; left > 0;)
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    SocketFile.Listen(socket, _path);
                }
                catch (SocketException)
                {
                    socket.Dispose();
                    continue;
                }

                Assert.That(Answers(_path), Is.True, "nobody has taken it away");
                SocketFile.Close(socket, _path);
                left--;
            }
        });
    }

    private static void InParallel(int count, Action<int> act)
    {
        Task[] tasks = [.. Enumerable.Range(0, count).Select(index => Task.Factory.StartNew(() => act(index), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task.WaitAll(tasks);
    }

    // Disposing of a socket deletes the file that it was bound to; a process that is killed does not.
    private static void Abandon(string path)
    {
        string first = path + ".first";
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(first));
            socket.Listen();
            File.Move(first, path);
        }

        Assert.That((File.Exists(path), Answers(path)), Is.EqualTo((true, false)));
    }

    private static bool Answers(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private IDisposable Start(bool vhostUser)
    {
        if (vhostUser)
        {
            VhostUserServer server = VhostUserServer.ForEntropy(seed: 1);
            try
            {
                server.Listen(_path);
                return server;
            }
            catch
            {
                server.Dispose();
                throw;
            }
        }

        var other = new VirtioProxyServer();
        try
        {
            other.Listen(new ProxyAddress(_path, null));
            return other;
        }
        catch
        {
            other.Dispose();
            throw;
        }
    }
}
