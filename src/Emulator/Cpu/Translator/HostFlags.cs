namespace Emulator.Cpu.Translator;

/// <summary>How the host's flags hold NZCV. N, Z and V are SF, ZF and OF.</summary>
internal enum HostFlags
{
    /// <summary>They do not.</summary>
    None,

    /// <summary>As an addition leaves them: C is CF. A logical instruction clears both CF and OF.</summary>
    Add,

    /// <summary>As a subtraction leaves them: C is the inverse of CF.</summary>
    Subtract,
}
