namespace Emulator.Unicorn;

/// <summary>What memory may be used for (<c>uc_prot</c>).</summary>
[Flags]
internal enum UnicornPermissions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Loads.</summary>
    Read = 1,

    /// <summary>Stores.</summary>
    Write = 2,

    /// <summary>Instruction fetches.</summary>
    Execute = 4,

    /// <summary>Everything.</summary>
    All = Read | Write | Execute,
}
