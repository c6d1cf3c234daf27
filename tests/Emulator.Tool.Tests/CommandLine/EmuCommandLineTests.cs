using Emulator.Tool.CommandLine;

namespace Emulator.Tool.Tests.CommandLine;

public sealed class EmuCommandLineTests
{
    [TestCase("run --bogus")]
    [TestCase("run stray")]
    [TestCase("frob")]
    [TestCase("")]
    [TestCase("run --board nonesuch")]
    [TestCase("run --cpu z80")]
    [TestCase("run --cpus 0")]
    [TestCase("run --cpus -1")]
    [TestCase("run --cpus many")]
    [TestCase("run --cpus 1 --cpus 2")]
    [TestCase("run --gic 4")]
    [TestCase("run --el 0")]
    [TestCase("run --el 4")]
    [TestCase("run --memory 0")]
    [TestCase("run --memory lots")]
    [TestCase("run --engine steam")]
    [TestCase("run --time sidereal")]
    [TestCase("run --code-cache 0")]
    [TestCase("run --code-cache 2G")]
    [TestCase("run --code-cache 1500K")]
    [TestCase("run --virtio-msi v9")]
    [TestCase("run --rtc yesterday")]
    [TestCase("run --seed x")]
    [TestCase("run --instruction-time 0")]
    [TestCase("run --instruction-time 1001")]
    [TestCase("run --repeat 0")]
    [TestCase("run --timeout 0")]
    [TestCase("run --max-virtual -1")]
    [TestCase("run --max-instructions 0")]
    [TestCase("run --log loud")]
    [TestCase("run --expect (")]
    [TestCase("run --expect")]
    [TestCase(@"run --send \xzz")]
    [TestCase("run --firmware")]
    [TestCase("run --drive ,readonly")]
    [TestCase("run --drive disk.img,shiny")]
    [TestCase("run --drive disk.img,readonly=1")]
    [TestCase("run --drive disk.img,format=qcow2")]
    [TestCase("run --drive disk.img,via=usb")]
    [TestCase("run --drive disk.img,queues=0")]
    [TestCase("run --drive disk.img,id=123456789012345678901")]
    [TestCase("run --device virtio-nonesuch")]
    [TestCase("run --share ,readonly")]
    [TestCase("run --share folder,shiny")]
    [TestCase("run --share folder,tag=")]
    [TestCase("run --share folder,via=usb")]
    [TestCase("run --share one --share other")]
    [TestCase("run --virtio fast")]
    [TestCase("run --vhost-user /tmp/s")]
    [TestCase("run --vhost-user gpu:/tmp/s")]
    [TestCase("run --vhost-user blk:")]
    [TestCase("run --vhost-user blk:/tmp/s,tag=x")]
    [TestCase("run --vhost-user fs:/tmp/s,tag=")]
    [TestCase("run --vhost-user vsock:/tmp/s,cid=2")]
    [TestCase("run --net vhost-user:/tmp/s,queues=2")]
    [TestCase("run --device toaster")]
    [TestCase("run --virtio latency=-1")]
    [TestCase("boot")]
    [TestCase("boot nonesuch")]
    [TestCase("images get")]
    [TestCase("images get nonesuch")]
    [TestCase("images path nonesuch")]
    [TestCase("bench nonesuch")]
    [TestCase("bench --runs 0")]
    [TestCase("bench --with steam")]
    [TestCase("bench --elf guest.elf")]
    [TestCase("bench --until done")]
    public void A_wrong_command_line_is_told_in_one_line(string line) =>
        AssertFails(line, ExitCode.Usage);

    [TestCase("run --board sbsa")]
    [TestCase("run --drive disk.img,via=sd,readonly")]
    [TestCase("run --ivshmem size=1M")]
    [TestCase("run --gdb 1234")]
    public void What_is_not_built_yet_is_told_in_one_line(string line) =>
        Assert.That(AssertFails(line, ExitCode.HostError), Does.Contain("is not available in this version"));

    [TestCase("run --vhost-user blk:/nonesuch/socket")]
    [TestCase("run --net vhost-user:/nonesuch/socket")]
    public void A_back_end_that_is_not_there_is_told_in_one_line(string line) =>
        Assert.That(AssertFails(line, ExitCode.HostError), Does.Contain("no vhost-user back end serves '/nonesuch/socket'").And.Contain("start it"));

    [TestCase("--help")]
    [TestCase("run --help")]
    [TestCase("--version")]
    public void Help_and_version_go_to_standard_output(string line)
    {
        var host = new FakeToolHost();

        Assert.That(EmuCommandLine.Invoke(line.Split(' '), host), Is.EqualTo(ExitCode.Success));
        Assert.That(host.OutputText, Is.Not.Empty);
        Assert.That(host.ErrorText, Is.Empty);
    }

    [Test]
    public void The_images_are_listed()
    {
        var host = new FakeToolHost();

        Assert.That(EmuCommandLine.Invoke(["images", "list"], host), Is.EqualTo(ExitCode.Success));
        Assert.That(host.OutputText, Does.Match(@"(?m)^u-boot\s").And.Match(@"(?m)^linux\s").And.Match(@"(?m)^uefi\s"));
    }

    private static string AssertFails(string line, int exitCode)
    {
        var host = new FakeToolHost();

        int actual = EmuCommandLine.Invoke(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), host);

        Assert.That(actual, Is.EqualTo(exitCode), host.ErrorText);
        Assert.That(host.OutputText, Is.Empty);
        Assert.That(host.ErrorText, Does.Match(@"\Aemu: [^\n]+\n\z"));
        return host.ErrorText;
    }
}
