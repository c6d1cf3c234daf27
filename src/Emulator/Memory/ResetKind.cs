namespace Emulator.Memory;

/// <summary>Which reset a device goes through.</summary>
public enum ResetKind
{
    /// <summary>Power-on: everything takes its initial value.</summary>
    Cold,

    /// <summary>A system reset while power stays on: what the part keeps over a reset stays.</summary>
    Warm,
}
