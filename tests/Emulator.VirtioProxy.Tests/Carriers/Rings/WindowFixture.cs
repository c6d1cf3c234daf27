namespace Emulator.VirtioProxy.Tests.Carriers.Rings;

/// <summary>A folder of each test's own, with a place for a file that two sides map.</summary>
public abstract class WindowFixture
{
    /// <summary>The folder.</summary>
    protected string Folder { get; private set; } = null!;

    /// <summary>Where the file is to be.</summary>
    protected string Window => Path.Combine(Folder, "window");

    [SetUp]
    public void MakeFolder() => Folder = Directory.CreateTempSubdirectory("proxy-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Folder, recursive: true);
}
