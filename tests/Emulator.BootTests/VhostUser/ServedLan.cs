using Emulator.BootTests.Network;
using Emulator.Testing.Network;
using Emulator.VirtioProxy.VhostUser.Server;

namespace Emulator.BootTests.VhostUser;

/// <summary>A lan with a file, served by vhost-user.</summary>
internal sealed class ServedLan : IDisposable
{
    private const int FileLength = 200_001;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly byte[] _contents = new byte[FileLength];
    private readonly VhostUserServer _server;

    public ServedLan()
    {
        new Random(1).NextBytes(_contents);
        string files = Directory.CreateDirectory(Path.Combine(_folder, "files")).FullName;
        File.WriteAllBytes(Path.Combine(files, "kernel"), _contents);
        _server = VhostUserServer.ForNetwork(new Lan(new LanOptions { Folder = files }));
        _server.Listen(Socket);
    }

    public string Socket => Path.Combine(_folder, "s.sock");

    /// <summary>Has U-Boot fetch the file.</summary>
    public void CheckFetches(Func<string, string> ask)
    {
        Assert.That(ask("dhcp 42000000 10.0.2.2:kernel"), Does.Contain("DHCP client bound to address 10.0.2.15").And.Contain($"Bytes transferred = {FileLength}"));
        Assert.That(ask("crc32 42000000 $filesize"), Does.Contain($"==> {Crc32.Of(_contents):x8}"));
        Assert.That(ask("ping 10.0.2.2"), Does.Contain("host 10.0.2.2 is alive"));
    }

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
