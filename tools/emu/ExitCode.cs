namespace Emulator.Tool;

/// <summary>What the tool's exit codes mean. Scripts rely on them.</summary>
internal static class ExitCode
{
    /// <summary>The script came to its end, or the guest to its own.</summary>
    public const int Success = 0;

    /// <summary>An error on the host.</summary>
    public const int HostError = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Expected output did not come, or the time ran out.</summary>
    public const int ExpectationFailed = 3;

    /// <summary>The guest locked up.</summary>
    public const int LockUp = 4;

    /// <summary>Engines in lockstep have come to different states.</summary>
    public const int Divergence = 5;

    /// <summary>A signal ended the run.</summary>
    public const int Interrupted = 130;
}
