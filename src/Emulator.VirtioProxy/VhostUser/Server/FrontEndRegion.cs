namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>A region of memory as a front end tells of it: unchecked.</summary>
/// <param name="Address">Guest physical address.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="UserAddress">Where the front end has it in its own address space; the addresses of rings are of that kind.</param>
/// <param name="FileOffset">Where it begins in its file.</param>
internal readonly record struct FrontEndRegion(ulong Address, ulong Length, ulong UserAddress, ulong FileOffset)
{
    /// <summary>True when it has bytes, and neither kind of address runs over.</summary>
    public bool IsSound => Length > 0 && Address <= ulong.MaxValue - Length && UserAddress <= ulong.MaxValue - Length;

    /// <summary>True when the regions have an address in common.</summary>
    public bool Overlaps(in FrontEndRegion other) =>
        (Address < other.Address + other.Length && other.Address < Address + Length)
        || (UserAddress < other.UserAddress + other.Length && other.UserAddress < UserAddress + Length);
}
