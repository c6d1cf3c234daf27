using System.ComponentModel;
using System.Diagnostics;

namespace Emulator.Testing.Images;

/// <summary>
/// Fetches packages with apt and dpkg-deb. apt's lists and caches are private folders, so that this needs no root, disturbs nothing, and
/// works where <c>apt-get update</c> has never run; sources, proxies and keys are the system's.
/// </summary>
internal sealed class AptPackageSource : IPackageSource
{
    private const string ArchiveKeys = "/usr/share/keyrings/debian-archive-keyring.gpg";

    private readonly string _folder;

    /// <summary>Creates a source.</summary>
    /// <param name="folder">A folder for apt's lists and caches; made when needed.</param>
    public AptPackageSource(string folder)
    {
        _folder = Path.GetFullPath(folder);
    }

    /// <inheritdoc/>
    public string Fetch(string package, string? suite, string folder, Action<string>? progress)
    {
        string? architecture = package.Split(':') is [_, var qualifier] ? qualifier : null;
        string settings = WriteSettings("system", architecture, []);
        string downloads = Directory.CreateTempSubdirectory("emulator-apt-").FullName;
        try
        {
            if (suite is not null)
            {
                settings = PrepareSuite(suite, architecture, settings, progress);
            }

            string file = Download(package, settings, downloads, progress);
            progress?.Invoke($"unpacking {Path.GetFileName(file)}");
            Require(Run(folder, "dpkg-deb", "-x", file, folder), $"dpkg-deb cannot unpack {Path.GetFileName(file)}");
            CommandResult version = Run(folder, "dpkg-deb", "-f", file, "Version");
            return version.ExitCode == 0 ? version.Output.Trim() : "unknown";
        }
        finally
        {
            Directory.Delete(downloads, recursive: true);
        }
    }

    private string Download(string package, string settings, string downloads, Action<string>? progress)
    {
        // Lists fetched earlier may do, and may have gone stale.
        progress?.Invoke($"downloading package {package}");
        if (TryDownload(package, settings, downloads, out _) is { } early)
        {
            return early;
        }

        // A source that cannot be reached does not matter if another one has the package: the download itself tells.
        progress?.Invoke("fetching the package lists");
        CommandResult update = Run(downloads, "apt-get", "-c", settings, "update");
        progress?.Invoke($"downloading package {package}");
        return TryDownload(package, settings, downloads, out CommandResult download)
            ?? throw new PackageSourceException(
                $"apt-get download {package}: {FirstError(download)}{(update.ExitCode == 0 ? "" : $" (apt-get update: {FirstError(update)})")}");
    }

    private static string? TryDownload(string package, string settings, string downloads, out CommandResult result)
    {
        result = Run(downloads, "apt-get", "-c", settings, "download", package);
        return result.ExitCode == 0 ? Directory.EnumerateFiles(downloads, "*.deb").FirstOrDefault() : null;
    }

    // The suite is taken from the mirror that the system already uses.
    private string PrepareSuite(string suite, string? architecture, string systemSettings, Action<string>? progress)
    {
        string[] wanted = ["-c", systemSettings, "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)", "Created-By: Packages"];
        string? mirror = FindMirror(Run(_folder, "apt-get", wanted).Output);
        if (mirror is null)
        {
            progress?.Invoke("fetching the package lists");
            _ = Run(_folder, "apt-get", "-c", systemSettings, "update");
            mirror = FindMirror(Run(_folder, "apt-get", wanted).Output)
                ?? throw new PackageSourceException($"apt is set up for no Debian archive that could have the suite {suite}");
        }

        string sources = Path.Combine(_folder, suite + ".sources.list");
        string signed = File.Exists(ArchiveKeys) ? $"[signed-by={ArchiveKeys}] " : "";
        File.WriteAllText(sources, $"deb {signed}{mirror} {suite} main\n");
        return WriteSettings(suite, architecture, [$"Dir::Etc::sourcelist \"{sources}\";", "Dir::Etc::sourceparts \"/dev/null\";"]);
    }

    private static string? FindMirror(string targets) =>
        targets.Split('\n').Select(line => line.Split('|'))
            .FirstOrDefault(target => target is ["Debian", "Debian", "main", _])?[3];

    // Another architecture has lists of its own; apt then takes itself to be on a machine of that kind.
    private string WriteSettings(string name, string? architecture, string[] more)
    {
        string root = Path.Combine(_folder, architecture is null ? name : $"{name}-{architecture}");
        if (root.Contains('"', StringComparison.Ordinal))
        {
            throw new PackageSourceException($"apt cannot be told of a folder whose name has a quotation mark: {root}; set EMULATOR_CACHE to another one");
        }

        Directory.CreateDirectory(Path.Combine(root, "state", "lists", "partial"));
        Directory.CreateDirectory(Path.Combine(root, "cache", "archives", "partial"));
        string status = Path.Combine(root, "state", "status");
        File.WriteAllText(status, "");
        string settings = Path.Combine(root, "apt.conf");
        File.WriteAllLines(settings,
        [
            $"Dir::State \"{root}/state\";",
            $"Dir::State::lists \"{root}/state/lists\";",
            $"Dir::State::status \"{status}\";",
            $"Dir::Cache \"{root}/cache\";",
            "Acquire::Languages \"none\";",
            "Acquire::Retries \"2\";",
            "Acquire::http::Timeout \"30\";",
            "Acquire::https::Timeout \"30\";",
            "APT::Sandbox::User \"\";",
            "#clear APT::Update::Pre-Invoke;",
            "#clear APT::Update::Post-Invoke;",
            "#clear APT::Update::Post-Invoke-Success;",
            "#clear Acquire::IndexTargets::deb::DEP-11;",
            .. architecture is null ? [] : new[] { $"APT::Architecture \"{architecture}\";", "#clear APT::Architectures;", $"APT::Architectures \"{architecture}\";" },
            .. more,
        ]);
        return settings;
    }

    private static void Require(CommandResult result, string message)
    {
        if (result.ExitCode != 0)
        {
            throw new PackageSourceException($"{message}: {FirstError(result)}");
        }
    }

    private static string FirstError(CommandResult result)
    {
        string[] lines = result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.FirstOrDefault(line => line.StartsWith("E:", StringComparison.Ordinal))?[2..].Trim()
            ?? lines.LastOrDefault()
            ?? $"exit code {result.ExitCode}";
    }

    private static CommandResult Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new CommandResult(process.ExitCode, output, errors.GetAwaiter().GetResult());
        }
        catch (Win32Exception)
        {
            throw new PackageSourceException($"{program} is not there; only Debian and its kin have it");
        }
    }

    private readonly record struct CommandResult(int ExitCode, string Output, string Errors);
}
