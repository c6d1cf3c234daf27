namespace Emulator.BootTests.Linux;

/// <summary>A kernel of the image store and what it runs on.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="Cpus">How many CPUs.</param>
/// <param name="CpuModel">Which CPU.</param>
internal sealed record LinuxGuest(string Image, int Cpus, string CpuModel = "cortex-a57")
{
    /// <summary>True when the image brings its own initial RAM disk; otherwise it gets busybox.</summary>
    public bool HasInitrd => Image == "linux";
}
