// dotnet tool restore && dotnet cake --target=Test

var target = Argument("target", "Build");
var configuration = Argument("configuration", "Release");
var artifacts = Directory("artifacts");

Task("Restore")
    .Does(() => DotNetRestore("Emulator.sln", new DotNetRestoreSettings { LockedMode = true }));

Task("Build")
    .Description("Builds everything; warnings are errors.")
    .IsDependentOn("Restore")
    .Does(() => DotNetBuild("Emulator.sln", new DotNetBuildSettings { Configuration = configuration, NoRestore = true }));

Task("Test")
    .Description("Runs all tests; EMULATOR_REQUIRE_PEERS=1 makes a missing peer a failure.")
    .IsDependentOn("Build")
    .Does(() => DotNetTest("Emulator.sln", new DotNetTestSettings { Configuration = configuration, NoBuild = true }));

Task("Bench")
    .Description("Compares with QEMU, then runs the BenchmarkDotNet benchmarks; figures go to artifacts/bench.")
    .IsDependentOn("Build")
    .Does(() =>
{
    EnsureDirectoryExists(artifacts + Directory("bench"));
    DotNetRun("tools/emu", new ProcessArgumentBuilder().Append("bench").Append("--json").Append("artifacts/bench/comparison.json"),
        new DotNetRunSettings { Configuration = configuration, NoBuild = true });
    DotNetRun("bench/Emulator.Benchmarks", new ProcessArgumentBuilder().Append("--filter").AppendQuoted("*").Append("--artifacts").Append("artifacts/bench"),
        new DotNetRunSettings { Configuration = configuration, NoBuild = true });
});

Task("Pack")
    .Description("Packs the libraries and the tool into artifacts/packages.")
    .IsDependentOn("Build")
    .Does(() => DotNetPack("Emulator.sln", new DotNetPackSettings
    {
        Configuration = configuration,
        NoBuild = true,
        OutputDirectory = artifacts + Directory("packages"),
    }));

Task("Images")
    .Description("Builds our own guests, and puts the public images into the cache.")
    .IsDependentOn("Build")
    .Does(() =>
{
    if (StartProcess("bash", "guest-images/build") != 0)
    {
        throw new CakeException("guest-images/build failed; it needs aarch64-linux-gnu-gcc");
    }

    foreach (var image in new[] { "u-boot", "u-boot-2025.01", "linux", "uefi" })
    {
        DotNetRun("tools/emu", new ProcessArgumentBuilder().Append("images").Append("get").Append(image),
            new DotNetRunSettings { Configuration = configuration, NoBuild = true });
    }
});

Task("Docs")
    .Description("Gathers the documents and the reference of the public types in artifacts/docs, and checks links between documents.")
    .IsDependentOn("Build")
    .Does(() =>
{
    var folder = artifacts + Directory("docs");
    CleanDirectory(folder);
    var documents = GetFiles("*.md") + GetFiles("docs/**/*.md") + GetFiles("guest-images/*.md");
    foreach (var document in documents)
    {
        foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(System.IO.File.ReadAllText(document.FullPath), @"\]\((?!https?:|#)([^)#\s]+)"))
        {
            var linked = document.GetDirectory().CombineWithFilePath(link.Groups[1].Value).FullPath;
            if (!System.IO.File.Exists(linked) && !System.IO.Directory.Exists(linked))
            {
                throw new CakeException($"{document}: nothing is at {link.Groups[1].Value}");
            }
        }
    }

    CopyFiles(documents, folder);
    CopyFiles(GetFiles($"src/*/bin/{configuration}/net10.0/Emulator*.xml"), folder);
});

RunTarget(target);
