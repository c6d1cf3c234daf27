namespace Emulator.Cpu.Translator;

/// <summary>
/// Memory of the host for generated code, seen through two mappings: one can be written, the other executed, none both. Pages cost nothing until touched.
/// </summary>
internal abstract unsafe class HostCodeMemory : IDisposable
{
    /// <summary>First byte of the mapping that can be written.</summary>
    public byte* Writable { get; protected init; }

    /// <summary>First byte of the mapping that can be executed.</summary>
    public byte* Executable { get; protected init; }

    /// <summary>Length in bytes.</summary>
    public nuint Length { get; protected init; }

    /// <summary>Allocates code memory, or gives null where the system has no such thing or refuses it.</summary>
    /// <param name="length">Length in bytes, a multiple of the page size.</param>
    /// <param name="isSeenByPerf">True when <c>perf</c> shall look for the names of what is there.</param>
    public static HostCodeMemory? TryAllocate(nuint length, bool isSeenByPerf) =>
        OperatingSystem.IsLinux() ? LinuxHostCodeMemory.TryCreate(length, isSeenByPerf) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the memory back to the system.</summary>
    protected abstract void Release();
}
