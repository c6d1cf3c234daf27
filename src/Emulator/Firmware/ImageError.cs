namespace Emulator.Firmware;

/// <summary>What is wrong with an image.</summary>
public enum ImageError
{
    /// <summary>There is no such file.</summary>
    NotFound,

    /// <summary>The path names a directory.</summary>
    IsDirectory,

    /// <summary>The file cannot be read.</summary>
    Unreadable,

    /// <summary>The file has no bytes.</summary>
    Empty,

    /// <summary>The file is not of the format that its place asks for, or a field of it has a value that the format forbids.</summary>
    BadFormat,

    /// <summary>The file ends before what its headers promise.</summary>
    Truncated,

    /// <summary>The code is for another kind of CPU.</summary>
    WrongMachine,

    /// <summary>The code expects big-endian memory.</summary>
    WrongEndianness,

    /// <summary>Two segments want the same memory.</summary>
    Overlap,

    /// <summary>A segment lies where the board has no memory.</summary>
    OutsideMemory,

    /// <summary>The image is larger than the memory it goes to.</summary>
    TooLarge,

    /// <summary>The entry point does not lie in the code.</summary>
    BadEntry,
}
