namespace Emulator.BootTests;

public sealed class ReadmeTests
{
    [Test]
    public void The_example_in_the_readme_is_the_one_that_is_compiled_and_run()
    {
        string root = FindRepository();
        string example = File.ReadAllText(Path.Combine(root, "tests", "Emulator.BootTests", "ReadmeExample.cs"));
        string region = example.Split("#region README\n")[1].Split("#endregion")[0];

        Assert.That(File.ReadAllText(Path.Combine(root, "README.md")), Does.Contain("```csharp\n" + region + "```\n"));
    }

    private static string FindRepository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Emulator.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("these tests run from within the repository");
    }
}
