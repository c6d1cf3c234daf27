namespace Emulator.InteropTests.Oracle;

/// <summary>How a case ended.</summary>
internal enum OracleOutcome
{
    /// <summary>All its instructions retired.</summary>
    Completed,

    /// <summary>Undefined Instruction exception.</summary>
    Undefined,

    /// <summary>Data Abort.</summary>
    DataAbort,

    /// <summary>SVC.</summary>
    SupervisorCall,

    /// <summary>BRK.</summary>
    Breakpoint,

    /// <summary>HVC.</summary>
    HypervisorCall,

    /// <summary>SMC.</summary>
    SecureMonitorCall,

    /// <summary>Another exception.</summary>
    Other,
}
