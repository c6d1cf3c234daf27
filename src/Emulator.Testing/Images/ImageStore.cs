using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Emulator.Testing.Images;

/// <summary>
/// Finds public images by name: the installed file, else the user's cache, else the distribution's package, which is then kept in the cache.
/// Several processes may use one cache at once.
/// </summary>
public sealed partial class ImageStore
{
    private const string VersionFile = "package-version";

    private readonly ImageStoreOptions _options;
    private readonly IPackageSource _packages;
    private readonly ILogger _logger;

    /// <summary>Creates a store.</summary>
    /// <param name="options">Where it looks; the system's usual places if null.</param>
    public ImageStore(ImageStoreOptions? options = null)
    {
        _options = options ?? new ImageStoreOptions();
        _packages = _options.PackageSource ?? new AptPackageSource(Path.Combine(_options.CacheFolder, "apt"));
        _logger = _options.LoggerFactory.CreateLogger<ImageStore>();
    }

    /// <summary>The images that the store knows.</summary>
    public IReadOnlyList<ImageEntry> Images => _options.Manifest.Images;

    /// <summary>Looks an image up on this machine; fetches nothing.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The image, or null when it would have to be fetched.</returns>
    /// <exception cref="UnknownImageException">There is no image of that name.</exception>
    public PublicImage? Find(string name)
    {
        ImageEntry entry = Entry(name);
        foreach (ImagePackage package in entry.Packages.Where(package => !package.IsForeign))
        {
            var installed = new OrderedDictionary<string, string>();
            foreach ((string role, string path) in package.Files)
            {
                installed.Add(role, Path.Combine(_options.InstalledRoot, path));
            }

            if (TryAccept(entry, package, ImageOrigin.Installed, installed, "unknown") is { } image)
            {
                return image;
            }
        }

        foreach (ImagePackage package in entry.Packages)
        {
            if (TryAccept(entry, package, ImageOrigin.Cache, CachedFiles(entry, package), CachedVersion(entry)) is { } image)
            {
                return image;
            }
        }

        return null;
    }

    /// <summary>Finds an image, and fetches it when it is not on this machine.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="progress">Told what is being done while an image is fetched, one short line each.</param>
    /// <exception cref="UnknownImageException">There is no image of that name.</exception>
    /// <exception cref="ImageUnavailableException">It is not on this machine and cannot be fetched.</exception>
    public PublicImage Get(string name, Action<string>? progress = null)
    {
        if (Find(name) is { } found)
        {
            return found;
        }

        ImageEntry entry = Entry(name);
        try
        {
            Directory.CreateDirectory(_options.CacheFolder);
            using FileStream fetching = WaitForTurn();
            return Find(name) ?? Fetch(entry, progress);
        }
        catch (Exception e) when (e is PackageSourceException or IOException or UnauthorizedAccessException)
        {
            throw new ImageUnavailableException(name, e.Message, CachedFiles(entry, entry.Packages[0]).Select(file => file.Value));
        }
    }

    private ImageEntry Entry(string name) =>
        Images.FirstOrDefault(image => image.Name == name)
        ?? throw new UnknownImageException(name, Images.Select(image => image.Name));

    private PublicImage Fetch(ImageEntry entry, Action<string>? progress)
    {
        PackageSourceException? first = null;
        foreach (ImagePackage package in entry.Packages)
        {
            // What the system is set up for comes first: its mirror is known to work.
            foreach (string? suite in package.Suite is null ? [null] : new[] { null, package.Suite })
            {
                try
                {
                    return Fetch(entry, package, suite, progress);
                }
                catch (PackageSourceException e)
                {
                    first ??= e;
                }
            }
        }

        throw first ?? new PackageSourceException($"the manifest names no package for '{entry.Name}'");
    }

    private PublicImage Fetch(ImageEntry entry, ImagePackage package, string? suite, Action<string>? progress)
    {
        string unpacked = Directory.CreateTempSubdirectory("emulator-image-").FullName;
        try
        {
            string version = _packages.Fetch(package.Package, suite, unpacked, progress);
            var files = package.Files.Select(file => KeyValuePair.Create(file.Key, Path.Combine(unpacked, file.Value))).ToList();
            if (TryAccept(entry, package, ImageOrigin.Fetched, files, version) is null)
            {
                throw new PackageSourceException(
                    package.OnlyKnownVersions && files.All(file => File.Exists(file.Value))
                        ? $"package {package.Package} {version} is not the version that '{entry.Name}' stands for"
                        : $"package {package.Package} {version} lacks {string.Join(" or ", package.Files.Values)}");
            }

            Keep(entry, package, files, version);
            return TryAccept(entry, package, ImageOrigin.Fetched, CachedFiles(entry, package), version)!;
        }
        finally
        {
            Directory.Delete(unpacked, recursive: true);
        }
    }

    // Files appear in the cache under their names only when they are whole, so that a killed process leaves nothing half done.
    private void Keep(ImageEntry entry, ImagePackage package, List<KeyValuePair<string, string>> files, string version)
    {
        Directory.CreateDirectory(CacheFolder(entry));
        foreach ((KeyValuePair<string, string> from, KeyValuePair<string, string> to) in files.Zip(CachedFiles(entry, package)))
        {
            string partial = to.Value + ".partial";
            File.Copy(from.Value, partial, overwrite: true);
            File.Move(partial, to.Value, overwrite: true);
        }

        File.WriteAllText(Path.Combine(CacheFolder(entry), VersionFile), version + "\n");
    }

    private PublicImage? TryAccept(
        ImageEntry entry, ImagePackage package, ImageOrigin origin, IEnumerable<KeyValuePair<string, string>> files, string version)
    {
        var found = new OrderedDictionary<string, string>(files);
        if (found.Values.Any(path => new FileInfo(path) is not { Exists: true, Length: > 0 }))
        {
            return null;
        }

        // An installed file was checked by whoever installed it. Reading it all to know its version takes longer than to boot it, and most do not ask.
        if (origin == ImageOrigin.Installed && !package.OnlyKnownVersions)
        {
            return new PublicImage(entry.Name, new Lazy<string?>(() => VersionOf(entry, package, found, version)), origin, found);
        }

        string? known = VersionOf(entry, package, found, version);
        return known is null && package.OnlyKnownVersions ? null : new PublicImage(entry.Name, known, origin, found);
    }

    private string? VersionOf(ImageEntry entry, ImagePackage package, OrderedDictionary<string, string> files, string version)
    {
        var sums = files.ToDictionary(file => file.Key, file => Sha256(file.Value));
        ImageVersion? known = package.Versions.FirstOrDefault(v => sums.All(sum => v.Sha256.GetValueOrDefault(sum.Key) == sum.Value));
        if (known is null && !package.OnlyKnownVersions)
        {
            LogUnknownVersion(entry.Name, version, files.Values.First(), sums.Values.First());
        }

        return known?.Version;
    }

    private string CacheFolder(ImageEntry entry) => Path.Combine(_options.CacheFolder, "images", entry.Name);

    private IEnumerable<KeyValuePair<string, string>> CachedFiles(ImageEntry entry, ImagePackage package) =>
        package.Files.Select(file => KeyValuePair.Create(file.Key, Path.Combine(CacheFolder(entry), Path.GetFileName(file.Value))));

    private string CachedVersion(ImageEntry entry)
    {
        string path = Path.Combine(CacheFolder(entry), VersionFile);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "unknown";
    }

    private FileStream WaitForTurn()
    {
        string path = Path.Combine(_options.CacheFolder, "lock");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                Thread.Sleep(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    private static string Sha256(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    [LoggerMessage(1, LogLevel.Information, "image '{Image}' version {Version} at {Path} is of no version that the manifest knows (SHA-256 {Sum}); taken as it is")]
    private partial void LogUnknownVersion(string image, string version, string path, string sum);
}
