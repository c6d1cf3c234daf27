namespace Emulator.Unicorn;

/// <summary>The CPUs that libunicorn models (<c>uc_cpu_arm64</c>).</summary>
internal enum UnicornCpuModel
{
    /// <summary>Cortex-A57.</summary>
    CortexA57,

    /// <summary>Cortex-A53.</summary>
    CortexA53,

    /// <summary>Cortex-A72.</summary>
    CortexA72,

    /// <summary>All that QEMU 5.0 has.</summary>
    Max,
}
