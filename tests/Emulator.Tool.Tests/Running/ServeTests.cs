using Emulator.Tool.CommandLine;

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
    [TestCase("run", "--kernel", "x", "--proxy", "tcp:nobody", ExpectedResult = ExitCode.Usage)]
    [TestCase("run", "--kernel", "x", "--proxy", "tcp:192.0.2.1:7", ExpectedResult = ExitCode.HostError)]
    [TestCase("serve", "--device", "blk,file=x", "--listen", "tcp:0.0.0.0:0", "--tls-cert", "x", ExpectedResult = ExitCode.Usage)]
    [TestCase("run", "--kernel", "x", "--proxy", "tcp:192.0.2.1:7", "--tls-cert", "/no", "--tls-key", "/no", "--tls-ca", "/no", ExpectedResult = ExitCode.HostError)]
    public int What_cannot_be_is_told(params string[] arguments) => EmuCommandLine.Invoke(arguments, new FakeToolHost());

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
}
