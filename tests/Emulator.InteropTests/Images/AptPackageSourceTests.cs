using Emulator.Testing;
using Emulator.Testing.Images;

namespace Emulator.InteropTests.Images;

/// <summary>Fetches packages from the distribution as a user without root and with an empty home does.</summary>
public sealed class AptPackageSourceTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        if (!File.Exists("/usr/bin/apt-get") || !File.Exists("/usr/bin/dpkg-deb"))
        {
            Peer.Missing("apt-get and dpkg-deb, which only Debian and its kin have");
        }

        _folder = Directory.CreateTempSubdirectory("apt tests-").FullName;
    }

    [TearDown]
    public void DeleteFolder()
    {
        if (_folder.Length > 0)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [TestCase("u-boot")]
    [TestCase("u-boot-2025.01")]
    [TestCase("uefi")]
    [TestCase("linux-current")]
    [TestCase("busybox")]
    public void An_image_is_fetched_through_private_folders(string name)
    {
        var steps = new List<string>();
        var store = new ImageStore(new ImageStoreOptions { InstalledRoot = _folder, CacheFolder = _folder });

        PublicImage image;
        try
        {
            image = store.Get(name, steps.Add);
        }
        catch (ImageUnavailableException e)
        {
            Peer.Missing(e.Message);
            return;
        }

        Assert.That(image.Origin, Is.EqualTo(ImageOrigin.Fetched));
        Assert.That(new FileInfo(image.Path).Length, Is.GreaterThan(100_000));
        Assert.That(image.Path, Does.StartWith(_folder));
        Assert.That(steps, Has.Some.StartsWith("downloading package"));
        Assert.That(store.Get(name).Origin, Is.EqualTo(ImageOrigin.Cache));
    }

    [Test]
    public void A_package_that_does_not_exist_is_told_in_one_line()
    {
        var source = new AptPackageSource(Path.Combine(_folder, "apt"));

        var error = Assert.Throws<PackageSourceException>(() => source.Fetch("no-such-package-of-anybody", null, _folder, null));

        Assert.That(error!.Message, Does.Contain("no-such-package-of-anybody").And.Not.Contain("\n"));
    }
}
