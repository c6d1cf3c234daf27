using Emulator.Tool.CommandLine;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Server;

namespace Emulator.Tool.Tests.Running;

/// <summary><c>emu serve</c> and <c>emu run --proxy</c>.</summary>
public sealed class ServeTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("serve-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("serve", "--listen", "unix:x", ExpectedResult = ExitCode.Usage)]
    [TestCase("serve", "--device", "net", "--listen", "unix:x", ExpectedResult = ExitCode.Usage)]
    [TestCase("serve", "--device", "blk,file=x", "--listen", "pipe:x", ExpectedResult = ExitCode.Usage)]
    [TestCase("serve", "--device", "blk,file=/no/such/file", "--listen", "unix:x", ExpectedResult = ExitCode.HostError)]
    [TestCase("serve", "--device", "blk,file=x", "--device", "rng", "--listen", "vhost-user:x", ExpectedResult = ExitCode.Usage)]
    [TestCase("serve", "--device", "rng", "--listen", "vhost-user:", ExpectedResult = ExitCode.Usage)]
    [TestCase("serve", "--device", "rng,seed=-1", "--listen", "vhost-user:x", ExpectedResult = ExitCode.Usage)]
    [TestCase("serve", "--device", "net,via=pci", "--listen", "vhost-user:x", ExpectedResult = ExitCode.Usage)]
    [TestCase("serve", "--device", "net", "--listen", "unix:x", ExpectedResult = ExitCode.Usage)]
    [TestCase("serve", "--device", "9p", "--listen", "vhost-user:x", ExpectedResult = ExitCode.Usage)]
    [TestCase("serve", "--device", "blk,file=/no/such/file", "--listen", "vhost-user:x", ExpectedResult = ExitCode.HostError)]
    [TestCase("serve", "--device", "rng", "--listen", "vhost-user:/no/such/folder/x", ExpectedResult = ExitCode.HostError)]
    [TestCase("run", "--kernel", "x", "--proxy", "tcp:nobody", ExpectedResult = ExitCode.Usage)]
    [TestCase("run", "--kernel", "x", "--proxy", "tcp:192.0.2.1:7", ExpectedResult = ExitCode.HostError)]
    [TestCase("serve", "--device", "blk,file=x", "--listen", "tcp:0.0.0.0:0", "--tls-cert", "x", ExpectedResult = ExitCode.Usage)]
    [TestCase("run", "--kernel", "x", "--proxy", "tcp:192.0.2.1:7", "--tls-cert", "/no", "--tls-key", "/no", "--tls-ca", "/no", ExpectedResult = ExitCode.HostError)]
    public int What_cannot_be_is_told(params string[] arguments) => EmuCommandLine.Invoke(arguments, new FakeToolHost());

    [TestCase("run", "--kernel", "x", "--proxy", "unix:x,record=", ExpectedResult = ExitCode.Usage)]
    [TestCase("run", "--kernel", "x", "--proxy", "unix:x,fault=melt:any", ExpectedResult = ExitCode.Usage)]
    [TestCase("run", "--kernel", "x", "--proxy", "replay:", ExpectedResult = ExitCode.Usage)]
    [TestCase("run", "--kernel", "x", "--proxy", "replay:x,record=y", ExpectedResult = ExitCode.Usage)]
    [TestCase("run", "--kernel", "x", "--vhost-user", "blk:x,memory=direct,record=y", ExpectedResult = ExitCode.Usage)]
    [TestCase("run", "--kernel", "x", "--proxy", "replay:/no/such/file", ExpectedResult = ExitCode.HostError)]
    public int Records_that_cannot_be_are_told(params string[] arguments) => EmuCommandLine.Invoke(arguments, new FakeToolHost());

    [Test]
    public void A_run_is_recorded_and_replayed_without_its_server_and_another_run_is_told_to_differ()
    {
        string disk = Path.Combine(_folder, "disk");
        string socket = $"unix:{Path.Combine(_folder, "socket")}";
        string record = Path.Combine(_folder, "record");
        File.WriteAllBytes(disk, new byte[1 << 20]);
        string[] run = ["run", "--kernel", Path.Combine(AppContext.BaseDirectory, "durable.elf"), "--stats", "-"];
        var recorded = new FakeToolHost();
        using (VirtioProxyServer server = new VirtioProxyServer().AddBlock(disk))
        {
            server.Listen(ProxyAddress.Parse(socket));
            Assert.That(EmuCommandLine.Invoke([.. run, "--proxy", $"{socket},record={record}"], recorded), Is.EqualTo(ExitCode.Success), recorded.ErrorText);
        }

        var faulty = new FakeToolHost();
        using (VirtioProxyServer server = new VirtioProxyServer().AddBlock(disk))
        {
            server.Listen(ProxyAddress.Parse(socket));
            Assert.That(EmuCommandLine.Invoke([.. run, "--proxy", $"{socket},fault=disconnect:CHAIN_USED@20+duplicate:CHAIN_AVAIL*9"], faulty), Is.EqualTo(ExitCode.Success), faulty.ErrorText);
        }

        Assert.That(faulty.OutputText, Is.EqualTo(recorded.OutputText));

        var replayed = new FakeToolHost();
        Assert.That(EmuCommandLine.Invoke([.. run, "--proxy", $"replay:{record}"], replayed), Is.EqualTo(ExitCode.Success), replayed.ErrorText);
        Assert.That(replayed.OutputText, Is.EqualTo(recorded.OutputText).And.EndsWith("done\n"));
        string Counts(FakeToolHost host) => string.Join(',', host.ErrorText.Split(',').Where(part => part.Contains("\"instructions\"") || part.Contains("virtualSeconds") || part.Contains("interrupts")));
        Assert.That(Counts(replayed), Is.EqualTo(Counts(recorded)).And.Not.Empty);

        var other = new FakeToolHost();
        Assert.That(EmuCommandLine.Invoke([.. run, "--instruction-time", "2", "--proxy", $"replay:{record}"], other), Is.EqualTo(ExitCode.Divergence), other.ErrorText);
        Assert.That(other.ErrorText, Does.Contain("differs from the record").And.Contain("\"stop\":\"divergence\""));
    }

    [Test]
    public void A_machine_has_the_devices_that_another_command_serves_and_ends_without_it_as_an_error()
    {
        string disk = Path.Combine(_folder, "disk");
        string socket = $"unix:{Path.Combine(_folder, "socket")}";
        File.WriteAllBytes(disk, new byte[1 << 20]);
        string[] run = ["run", "--kernel", Path.Combine(AppContext.BaseDirectory, "console.elf"), "--expect", "ready>", "--proxy", socket];
        var server = new FakeToolHost();
        Task<int> serving = Task.Run(() => EmuCommandLine.Invoke(["serve", "--device", $"blk,file={disk}", "--listen", socket], server));
        Assert.That(() => server.ErrorText, Does.Contain("serving").After(20_000, 20));

        var host = new FakeToolHost();
        Assert.That(EmuCommandLine.Invoke(run, host), Is.EqualTo(ExitCode.Success), host.ErrorText);

        server.Interrupt!();
        Assert.That(serving.Result, Is.EqualTo(ExitCode.Success));
        host = new FakeToolHost();
        Assert.That(EmuCommandLine.Invoke(run, host), Is.EqualTo(ExitCode.HostError));
        Assert.That(host.ErrorText, Does.Contain("emu serve").And.Not.Contain("internal error"));
    }

    [TestCase("blk,file=")]
    [TestCase("rng")]
    [TestCase("rng,seed=7")]
    [TestCase("net")]
    public void A_front_end_of_vhost_user_finds_the_device_until_the_command_ends(string device)
    {
        string disk = Path.Combine(_folder, "disk");
        string socket = Path.Combine(_folder, "socket");
        File.WriteAllBytes(disk, new byte[1 << 20]);
        var server = new FakeToolHost();
        device = device.EndsWith('=') ? device + disk : device;
        Task<int> serving = Task.Run(() => EmuCommandLine.Invoke(["serve", "--device", device, "--listen", $"vhost-user:{socket}"], server));
        Assert.That(() => server.ErrorText, Does.Contain("serving").After(20_000, 20));
        if (device.StartsWith("blk", StringComparison.Ordinal))
        {
            var host = new FakeToolHost();
            string[] run = ["run", "--kernel", Path.Combine(AppContext.BaseDirectory, "console.elf"), "--expect", "ready>", "--vhost-user", $"blk:{socket}"];
            Assert.That(EmuCommandLine.Invoke(run, host), Is.EqualTo(ExitCode.Success), host.ErrorText);
        }

        server.Interrupt!();
        Assert.That(serving.Result, Is.EqualTo(ExitCode.Success));
        Assert.That(File.Exists(socket), Is.False);
    }
}
