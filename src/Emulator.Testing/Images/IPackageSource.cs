namespace Emulator.Testing.Images;

/// <summary>Fetches packages of the system's distribution.</summary>
public interface IPackageSource
{
    /// <summary>Fetches a package and unpacks it; installs nothing.</summary>
    /// <param name="package">The package's name, with a colon and an architecture behind it when that is not the system's own.</param>
    /// <param name="suite">The distribution's suite to take it from, or null for what the system itself is set up for.</param>
    /// <param name="folder">An empty folder that receives the package's files.</param>
    /// <param name="progress">Told what is being done, one short line each.</param>
    /// <returns>The package's version.</returns>
    /// <exception cref="PackageSourceException">The package cannot be had.</exception>
    string Fetch(string package, string? suite, string folder, Action<string>? progress);
}
