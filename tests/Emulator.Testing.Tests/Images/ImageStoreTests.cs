using System.Security.Cryptography;
using System.Text;
using Emulator.Testing.Images;
using Microsoft.Extensions.Logging;
using Moq;

namespace Emulator.Testing.Tests.Images;

public sealed class ImageStoreTests
{
    private const string PathInPackage = "usr/lib/fw/fw.bin";

    private readonly Mock<IPackageSource> _packages = new();
    private readonly RecordingLogger _log = new();
    private string _folder = "";

    private string InstalledFile => Path.Combine(_folder, "root", PathInPackage);

    private string CachedFile => Path.Combine(_folder, "cache", "images", "fw", "fw.bin");

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("image-store-tests-").FullName;
        _packages.Reset();
        _log.Entries.Clear();
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void An_installed_file_comes_first()
    {
        Write(InstalledFile, "v1");
        Write(CachedFile, "v1");

        PublicImage image = Store().Get("fw");

        Assert.That((image.Path, image.Origin, image.Version), Is.EqualTo((InstalledFile, ImageOrigin.Installed, "1.0")));
    }

    [Test]
    public void An_installed_file_of_another_architecture_is_none()
    {
        Write(InstalledFile, "v1");
        Write(CachedFile, "v1");

        PublicImage image = Store(package: "fw-package:arm64").Get("fw");

        Assert.That(image.Origin, Is.EqualTo(ImageOrigin.Cache));
    }

    [Test]
    public void The_cache_comes_second()
    {
        Write(CachedFile, "v1");

        PublicImage image = Store().Get("fw");

        Assert.That((image.Path, image.Origin), Is.EqualTo((CachedFile, ImageOrigin.Cache)));
        _packages.VerifyNoOtherCalls();
    }

    [Test]
    public void The_package_comes_last_and_stays_in_the_cache()
    {
        PackageHas("v1", "1.0");

        PublicImage first = Store().Get("fw");
        PublicImage second = Store().Get("fw");

        Assert.That((first.Path, first.Origin), Is.EqualTo((CachedFile, ImageOrigin.Fetched)));
        Assert.That(second.Origin, Is.EqualTo(ImageOrigin.Cache));
        Assert.That(File.ReadAllText(CachedFile), Is.EqualTo("v1"));
        _packages.Verify(p => p.Fetch("fw-package", null, It.IsAny<string>(), It.IsAny<Action<string>?>()), Times.Once);
    }

    [Test]
    public void Looking_an_image_up_fetches_nothing()
    {
        Assert.That(Store().Find("fw"), Is.Null);
        _packages.VerifyNoOtherCalls();
    }

    [Test]
    public void An_empty_file_is_no_image()
    {
        Write(InstalledFile, "");
        Write(CachedFile, "v1");

        Assert.That(Store().Get("fw").Origin, Is.EqualTo(ImageOrigin.Cache));
    }

    [Test]
    public void An_unknown_version_is_taken_and_logged()
    {
        Write(InstalledFile, "never seen");

        PublicImage image = Store().Get("fw");

        Assert.That((image.Version, image.Origin), Is.EqualTo(((string?)null, ImageOrigin.Installed)));
        Assert.That(_log.Entries, Has.Count.EqualTo(1));
        Assert.That(_log.Entries[0].Level, Is.EqualTo(LogLevel.Information));
        Assert.That(_log.Entries[0].Text, Does.Contain(InstalledFile));
    }

    [Test]
    public void An_image_that_stands_for_known_versions_only_takes_no_other()
    {
        Write(InstalledFile, "never seen");
        Write(CachedFile, "v1");

        Assert.That(Store(onlyKnown: true).Get("fw").Origin, Is.EqualTo(ImageOrigin.Cache));
    }

    [Test]
    public void A_suite_is_asked_when_the_system_has_another_version()
    {
        PackageHas("never seen", "9.0");
        PackageHas("v1", "1.0", suite: "next");

        PublicImage image = Store(onlyKnown: true, suite: "next").Get("fw");

        Assert.That((image.Version, image.Origin), Is.EqualTo(("1.0", ImageOrigin.Fetched)));
    }

    [Test]
    public void A_package_that_cannot_be_had_is_told_with_what_to_do()
    {
        _packages.Setup(p => p.Fetch(It.IsAny<string>(), It.IsAny<string?>(), It.IsAny<string>(), It.IsAny<Action<string>?>()))
            .Throws(new PackageSourceException("apt-get is not there"));

        var error = Assert.Throws<ImageUnavailableException>(() => Store().Get("fw"));

        Assert.That(error!.Message, Does.Contain("'fw'").And.Contain("apt-get is not there").And.Contain($"put it at {CachedFile}"));
        Assert.That(error.Message, Does.Not.Contain("\n"));
    }

    [Test]
    public void A_package_without_the_file_is_told()
    {
        PackageHas("v1", "1.0", path: "usr/elsewhere");

        Assert.That(() => Store().Get("fw"), Throws.InstanceOf<ImageUnavailableException>().With.Message.Contains($"lacks {PathInPackage}"));
        Assert.That(File.Exists(CachedFile), Is.False);
    }

    [Test]
    public void A_cache_that_cannot_be_made_is_told()
    {
        Write(Path.Combine(_folder, "cache"), "a file in the way");

        Assert.That(() => Store().Get("fw"), Throws.InstanceOf<ImageUnavailableException>());
    }

    [Test]
    public void An_unknown_name_lists_the_known()
    {
        Assert.That(() => Store().Get("fx"), Throws.InstanceOf<UnknownImageException>().With.Message.EqualTo("unknown image 'fx'; known are fw"));
    }

    [Test]
    public void Progress_is_passed_on()
    {
        _packages.Setup(p => p.Fetch("fw-package", null, It.IsAny<string>(), It.IsAny<Action<string>?>()))
            .Callback((string _, string? _, string folder, Action<string>? progress) =>
            {
                progress!("downloading");
                Write(Path.Combine(folder, PathInPackage), "v1");
            })
            .Returns("1.0");
        var steps = new List<string>();

        Store().Get("fw", steps.Add);

        Assert.That(steps, Is.EqualTo(new[] { "downloading" }));
    }

    [Test]
    public void The_manifest_of_the_library_names_each_file_with_a_sum_for_each_version()
    {
        ImageManifest manifest = ImageManifest.Default;

        Assert.That(manifest.Images.Select(i => i.Name), Is.SupersetOf(new[] { "u-boot", "linux", "uefi" }));
        foreach (ImagePackage package in manifest.Images.SelectMany(i => i.Packages))
        {
            Assert.That(package.Files.Values, Has.All.Not.StartsWith("/"));
            foreach (ImageVersion version in package.Versions)
            {
                Assert.That(version.Sha256.Keys, Is.EquivalentTo(package.Files.Keys), version.Version);
                Assert.That(version.Sha256.Values, Has.All.Matches("^[0-9a-f]{64}$"), version.Version);
            }
        }
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("{\"images\":[{\"name\":\"x\"}]}")]
    public void A_broken_manifest_is_told(string json)
    {
        Assert.That(() => ImageManifest.Parse(json), Throws.InstanceOf<ImageStoreException>());
    }

    private ImageStore Store(bool onlyKnown = false, string? suite = null, string package = "fw-package")
    {
        string sum = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes("v1")));
        var described = new ImagePackage(
            package,
            new Dictionary<string, string> { ["firmware"] = PathInPackage },
            [new ImageVersion("1.0", new Dictionary<string, string> { ["firmware"] = sum })],
            suite,
            onlyKnown);
        return new ImageStore(new ImageStoreOptions
        {
            Manifest = new ImageManifest([new ImageEntry("fw", "a firmware", [described])]),
            InstalledRoot = Path.Combine(_folder, "root"),
            CacheFolder = Path.Combine(_folder, "cache"),
            PackageSource = _packages.Object,
            LoggerFactory = _log,
        });
    }

    private void PackageHas(string contents, string version, string? suite = null, string path = PathInPackage) =>
        _packages.Setup(p => p.Fetch("fw-package", suite, It.IsAny<string>(), It.IsAny<Action<string>?>()))
            .Callback((string _, string? _, string folder, Action<string>? _) => Write(Path.Combine(folder, path), contents))
            .Returns(version);

    private static void Write(string path, string contents)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, contents);
    }
}
