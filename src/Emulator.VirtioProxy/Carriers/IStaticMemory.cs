using Emulator.Memory;

namespace Emulator.VirtioProxy.Carriers;

/// <summary>Memory that both sides of a carrier have from the start: static areas are parts of it.</summary>
internal interface IStaticMemory
{
    /// <summary>Its length in bytes.</summary>
    ulong Length { get; }

    /// <summary>Maps a part of it.</summary>
    /// <param name="offset">The first byte, a multiple of the page size.</param>
    /// <param name="length">Length in bytes, a multiple of the page size.</param>
    /// <param name="isReadOnly">True when nothing is to be written.</param>
    /// <exception cref="EmulatorException">It does not lie inside, or the system does not allow it.</exception>
    HostPages Map(ulong offset, ulong length, bool isReadOnly);
}
