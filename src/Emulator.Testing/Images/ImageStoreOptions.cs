using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Emulator.Testing.Images;

/// <summary>Where an image store looks.</summary>
public sealed record ImageStoreOptions
{
    /// <summary>The images by name.</summary>
    public ImageManifest Manifest { get; init; } = ImageManifest.Default;

    /// <summary>The root under which packages are installed.</summary>
    public string InstalledRoot { get; init; } = "/";

    /// <summary>The user's cache: <c>$EMULATOR_CACHE</c>, else the platform's folder for such files.</summary>
    public string CacheFolder { get; init; } = DefaultCacheFolder();

    /// <summary>Fetches packages; apt with private folders in the cache if null.</summary>
    public IPackageSource? PackageSource { get; init; }

    /// <summary>Told about images of unknown versions.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    private static string DefaultCacheFolder()
    {
        if (Environment.GetEnvironmentVariable("EMULATOR_CACHE") is { Length: > 0 } chosen)
        {
            return Path.GetFullPath(chosen);
        }

        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "Emulator", "Cache");
        }

        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache))
        {
            return Path.Combine(cache, "emulator");
        }

        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (home.Length == 0)
        {
            // An account without a home, as some build machines have.
            return Path.Combine(Path.GetTempPath(), $"emulator-cache-{Environment.UserName}");
        }

        return OperatingSystem.IsMacOS()
            ? Path.Combine(home, "Library", "Caches", "emulator")
            : Path.Combine(home, ".cache", "emulator");
    }
}
