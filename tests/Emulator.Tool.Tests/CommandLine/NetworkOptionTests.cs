using Emulator.Tool.CommandLine;
using Emulator.Tool.Running;
using Emulator.Virtio;

namespace Emulator.Tool.Tests.CommandLine;

public class NetworkOptionTests
{
    [Test]
    public void None_is_no_network() => Assert.That(NetworkOption.Read("none"), Is.Null);

    [Test]
    public void Lan_takes_what_it_offers_and_how_it_is_reached()
    {
        NetworkSettings network = NetworkOption.Read("lan,via=pci,folder=a,,b,bootfile=boot.efi,pcap=x=y.pcap")!;
        Assert.That(network.Lan.Folder, Is.EqualTo("a,b"));
        Assert.That(network.Lan.BootFile, Is.EqualTo("boot.efi"));
        Assert.That(network.Device.Transport, Is.EqualTo(VirtioTransport.Pci));
        Assert.That(network.Capture, Is.EqualTo("x=y.pcap"));
    }

    [TestCase("")]
    [TestCase("wan")]
    [TestCase("none,via=pci")]
    [TestCase("lan,via=sd")]
    [TestCase("lan,folder=")]
    [TestCase("lan,colour=red")]
    public void What_is_wrong_is_a_usage_error(string text) => Assert.That(() => NetworkOption.Read(text), Throws.InstanceOf<UsageException>());
}
