using System.Reflection;
using Emulator.Testing.Images;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace Emulator.Testing.Tests;

[NonParallelizable]
public sealed class GuestImageTests
{
    private string? _require;

    [SetUp]
    public void KeepVariable() => _require = Environment.GetEnvironmentVariable(Peer.RequireVariable);

    [TearDown]
    public void RestoreVariable() => Environment.SetEnvironmentVariable(Peer.RequireVariable, _require);

    [Test]
    public void The_attribute_gives_the_parameter_a_named_image_without_looking_for_it([GuestImage("no-such"), GuestImage("other")] GuestImage image)
    {
        Assert.That(image.ToString(), Is.EqualTo("no-such").Or.EqualTo("other"));
    }

    [Test]
    public void A_missing_image_ignores_the_test_with_the_reason()
    {
        Environment.SetEnvironmentVariable(Peer.RequireVariable, null);

        var ignored = Catch(() => _ = Missing().Path);

        Assert.That(ignored, Is.InstanceOf<IgnoreException>());
        Assert.That(ignored!.Message, Does.Contain("no network").And.Contain("put it at /cache/x"));
    }

    [Test]
    public void A_missing_image_fails_the_test_where_peers_are_required()
    {
        Environment.SetEnvironmentVariable(Peer.RequireVariable, "1");

        Exception? failed = Catch(() => _ = Missing().Path);

        Assert.That(failed, Is.InstanceOf<AssertionException>());
    }

    [Test]
    public void An_image_gives_its_files_by_role()
    {
        var files = new OrderedDictionary<string, string> { ["kernel"] = "/k", ["initrd"] = "/i" };
        var image = new GuestImage("linux", () => new PublicImage("linux", "1", ImageOrigin.Cache, files));

        Assert.That((image.Path, image["initrd"], image.Version), Is.EqualTo(("/k", "/i", "1")));
    }

    private static GuestImage Missing() =>
        new("x", () => throw new ImageUnavailableException("x", "no network", ["/cache/x"]));

    // NUnit's own assertions would record the failure that is expected here.
    private static Exception? Catch(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (ResultStateException e)
        {
            return e;
        }
    }
}
