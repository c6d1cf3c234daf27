namespace Emulator.VirtioProxy.Faults;

/// <summary>Whose messages a fault is for.</summary>
public enum FaultSide
{
    /// <summary>Those of both sides, each counted by itself.</summary>
    Both,

    /// <summary>The front end's.</summary>
    FrontEnd,

    /// <summary>The back end's.</summary>
    BackEnd,
}
