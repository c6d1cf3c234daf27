namespace Emulator.Cpu.System;

/// <summary>What the CPU must look at again after a system register was written.</summary>
[Flags]
internal enum SystemRegisterEffects
{
    None = 0,

    /// <summary>The cached translation context, alignment checks and FP trap.</summary>
    Context = 1 << 0,

    /// <summary>All cached translations, when the value has changed.</summary>
    Translations = 1 << 1,

    /// <summary>Which interrupts can be taken.</summary>
    Interrupts = 1 << 2,

    /// <summary>What is remembered of keys of pointer authentication.</summary>
    PointerKeys = 1 << 3,
}
