using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Server;
using Emulator.VirtioProxy.Tests.Peers;

namespace Emulator.VirtioProxy.Tests.Tls;

/// <summary>Who is not believed neither serves a guest nor is served.</summary>
public sealed class TlsTests
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private static readonly ProxyAddress s_anyPort = new(null, new IPEndPoint(IPAddress.Loopback, 0));

    private Authority _authority = null!;
    private Authority _other = null!;

    [OneTimeSetUp]
    public void MakeAuthorities()
    {
        _authority = new Authority("ours");
        _other = new Authority("another");
    }

    [OneTimeTearDown]
    public void DropAuthorities()
    {
        _authority.Dispose();
        _other.Dispose();
    }

    [Test]
    public void A_disk_is_served_to_who_has_the_right_certificate([Values] bool hasUsages)
    {
        using VirtioProxyServer server = Listen(new ProxyTls(_authority.Give("server", usage: hasUsages ? ServerUsage : null), _authority.Roots));

        AssertServes(server, new ProxyTls(_authority.Give("machine", usage: hasUsages ? ClientUsage : null), _authority.Roots));
    }

    [TestCase("another", 5, null, Description = "of an authority that the server does not know")]
    [TestCase("ours", -1, null, Description = "expired")]
    [TestCase("ours", 5, ServerUsage, Description = "of a server")]
    public void A_front_end_with_a_wrong_certificate_is_not_served(string authority, int days, string? usage)
    {
        using VirtioProxyServer server = Listen(new ProxyTls(_authority.Give("server"), _authority.Roots));
        var wrong = new ProxyTls((authority == "ours" ? _authority : _other).Give("stranger", days, usage), _authority.Roots);

        Assert.That(() => Connect(server, wrong), Throws.TypeOf<EmulatorException>());
        AssertServes(server, new ProxyTls(_authority.Give("machine"), _authority.Roots));
    }

    [TestCase("another", 5, null, "refused", Description = "of an authority that the front end does not know")]
    [TestCase("ours", -1, null, "refused", Description = "expired")]
    [TestCase("ours", 5, ClientUsage, "refused", Description = "of a front end")]
    public void A_back_end_with_a_wrong_certificate_does_not_serve(string authority, int days, string? usage, string message)
    {
        using VirtioProxyServer server = Listen(new ProxyTls((authority == "ours" ? _authority : _other).Give("stranger", days, usage), _authority.Roots));

        Assert.That(() => Connect(server, new ProxyTls(_authority.Give("machine"), _authority.Roots)), Throws.TypeOf<EmulatorException>().With.Message.Contain(message));
    }

    [Test]
    public void Who_shows_no_certificate_hears_nothing()
    {
        using VirtioProxyServer server = Listen(new ProxyTls(_authority.Give("server"), _authority.Roots));
        using var client = new TcpClient();
        client.Connect(server.Address!.EndPoint!);
        using var stream = new SslStream(client.GetStream(), false, (_, certificate, _, _) => certificate is not null);

        int count = 0;
        try
        {
            stream.AuthenticateAsClient("server");
            stream.Write(ScriptedPeer.Bytes("0280 0000 0100 2c00 56505831 0100 0000 01000000 00000000 84000000 ffff 0100 0100 0000 8877665544332211"));
            count = stream.Read(new byte[64]);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // The server ends it in the middle of the handshake, or after it.
        }

        Assert.That(count, Is.Zero);
        AssertServes(server, new ProxyTls(_authority.Give("machine"), _authority.Roots));
    }

    [Test]
    public void Who_speaks_no_TLS_hears_nothing_and_keeps_nobody_away()
    {
        using VirtioProxyServer server = Listen(new ProxyTls(_authority.Give("server"), _authority.Roots));
        using var silent = new Socket(SocketType.Stream, ProtocolType.Tcp);
        silent.Connect(server.Address!.EndPoint!);
        using var plain = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        plain.Connect(server.Address!.EndPoint!);
        _ = plain.Send(ScriptedPeer.Bytes("0280 0000 0100 2c00 56505831 0100 0000 01000000 00000000 84000000 ffff 0100 0100 0000 8877665544332211"));

        AssertServes(server, new ProxyTls(_authority.Give("machine"), _authority.Roots));
        Assert.That(Receive(plain), Is.Zero, "the connection ends");
    }

    [Test]
    public void A_server_without_TLS_is_not_taken_for_one_with_it()
    {
        using VirtioProxyServer server = Listen(null);

        Assert.That(
            () => Connect(server, new ProxyTls(_authority.Give("machine"), _authority.Roots), new ProxyOptions { RequestTimeout = TimeSpan.FromSeconds(1) }), Throws.TypeOf<EmulatorException>());
    }

    [Test]
    public void Who_says_no_HELLO_is_sent_away_in_time()
    {
        using VirtioProxyServer server = Listen(null, TimeSpan.FromMilliseconds(200));
        using var silent = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        silent.Connect(server.Address!.EndPoint!);

        Assert.That(Receive(silent), Is.Zero, "the connection ends");
        AssertServes(server, null);
    }

    [Test]
    public void Beyond_the_host_TLS_is_needed()
    {
        using var refused = new VirtioProxyServer();
        Assert.That(() => refused.Listen(ProxyAddress.Parse("tcp:0.0.0.0:0")), Throws.TypeOf<EmulatorException>().With.Message.Contain("--tls-cert"));
        Assert.That(() => ProxyAddress.Parse("tcp:192.0.2.1:7").Connect(isSecured: false), Throws.TypeOf<EmulatorException>().With.Message.Contain("--tls-cert"));
        using var server = new VirtioProxyServer(new ProxyOptions { Tls = new ProxyTls(_authority.Give("server"), _authority.Roots) });
        server.Listen(ProxyAddress.Parse("tcp:0.0.0.0:0"));
        Assert.That(server.Address!.EndPoint!.Port, Is.Not.Zero);
    }

    [Test]
    public void Certificates_come_from_files()
    {
        string folder = Directory.CreateTempSubdirectory("tls-").FullName;
        try
        {
            string Write(string name, string text)
            {
                string path = Path.Combine(folder, name);
                File.WriteAllText(path, text);
                return path;
            }

            string LoadableCertificate(X509Certificate2 certificate, string name, out string key)
            {
                using ECDsa own = certificate.GetECDsaPrivateKey()!;
                key = Write($"{name}.key", own.ExportPkcs8PrivateKeyPem());
                return Write($"{name}.pem", certificate.ExportCertificatePem());
            }

            string authorities = Write("ca.pem", _authority.Pem);
            string server = LoadableCertificate(_authority.Give("server"), "server", out string serverKey);
            string machine = LoadableCertificate(_authority.Give("machine"), "machine", out string machineKey);
            using (VirtioProxyServer listening = Listen(ProxyTls.Load(server, serverKey, authorities)))
            {
                AssertServes(listening, ProxyTls.Load(machine, machineKey, authorities));
            }

            Assert.That(() => ProxyTls.Load(server, machineKey, authorities), Throws.TypeOf<EmulatorException>(), "the key of another");
            Assert.That(() => ProxyTls.Load(server, serverKey, serverKey), Throws.TypeOf<EmulatorException>(), "no authority in the file");
            Assert.That(() => ProxyTls.Load(server, Path.Combine(folder, "none"), authorities), Throws.TypeOf<EmulatorException>(), "no such file");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Receive(Socket socket)
    {
        try
        {
            return socket.Receive(new byte[64]);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }

    private static VirtioProxyServer Listen(ProxyTls? tls, TimeSpan? timeout = null)
    {
        var server = new VirtioProxyServer(new ProxyOptions { Tls = tls, RequestTimeout = timeout ?? TimeSpan.FromSeconds(10) });
        _ = server.Add("virtio-blk", settings => new VirtioBlock(settings, new SharedArrayStorage(new byte[ServedDisk.Sectors * FrontEndRig.SectorSize])));
        server.Listen(s_anyPort);
        return server;
    }

    private static FrontEndRig Connect(VirtioProxyServer server, ProxyTls? tls, ProxyOptions? options = null)
    {
        ProxyOptions chosen = (options ?? new ProxyOptions()) with { Tls = tls };
        return new FrontEndRig(() => Connections.Connect(server.Address!, chosen), chosen);
    }

    private static void AssertServes(VirtioProxyServer server, ProxyTls? tls)
    {
        using FrontEndRig rig = Connect(server, tls);
        rig.StartDriver();
        for (ulong sector = 0; sector < 20; sector++)
        {
            Assert.That(rig.Transfer(writes: sector % 2 == 0, sector, 100 * FrontEndRig.SectorSize), Is.Zero);
        }
    }
}
