namespace Emulator.Cpu.System;

/// <summary>The instruction by which software calls firmware.</summary>
internal enum PsciConduit
{
    /// <summary>There is no firmware but what the guest brings.</summary>
    None,

    /// <summary>HVC.</summary>
    HypervisorCall,

    /// <summary>SMC.</summary>
    SecureMonitorCall,
}
