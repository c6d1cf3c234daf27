namespace Emulator.Benchmarks.VirtioProxy;

/// <summary>How a disk is reached.</summary>
public enum Carrier
{
    /// <summary>It is a model in the same machine.</summary>
    None,

    /// <summary>It is a model of a server in the same process.</summary>
    InProcess,

    /// <summary>By messages within one process.</summary>
    Messages,

    /// <summary>By rings in shared memory, with buffers copied there.</summary>
    Rings,
    Unix,
    Tcp,
}
