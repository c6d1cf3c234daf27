namespace Emulator.Testing.Images;

/// <summary>A public image as the manifest names it.</summary>
/// <param name="Name">Its name, for instance <c>u-boot</c>.</param>
/// <param name="Description">One line for a list.</param>
/// <param name="Packages">The distribution packages that contain it, best first.</param>
public sealed record ImageEntry(string Name, string Description, IReadOnlyList<ImagePackage> Packages);
