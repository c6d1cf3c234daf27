namespace Emulator.Fuzz;

/// <summary>What an input can ask for: the low four bits of a byte. The upper four are the operation's.</summary>
internal enum FuzzOperation
{
    /// <summary>Writes a register of 32 bits.</summary>
    WriteRegister,

    /// <summary>Writes anywhere in the device's windows, in any width.</summary>
    WriteAnywhere,

    /// <summary>Reads anywhere in the device's windows, in any width.</summary>
    ReadAnywhere,

    /// <summary>Writes two bytes to the memory of the rings.</summary>
    WriteRing,

    /// <summary>Writes bytes to memory.</summary>
    WriteMemory,

    /// <summary>Notifies the device of a queue.</summary>
    Notify,

    /// <summary>Lets time pass.</summary>
    Advance,

    /// <summary>Saves the device and goes on with another one that is loaded from that.</summary>
    SaveAndLoad,

    /// <summary>Makes a request available as a good driver does, and notifies the device.</summary>
    Request,

    /// <summary>Something happens outside of the machine: input, a frame.</summary>
    Poke,

    /// <summary>Writes PCI configuration space.</summary>
    WriteConfiguration,

    /// <summary>Reads PCI configuration space.</summary>
    ReadConfiguration,

    /// <summary>Starts the device, as a good driver does.</summary>
    Start,

    /// <summary>Uses one of the registers by which a good driver chooses interrupts and the like.</summary>
    Configure,

    /// <summary>Resets the machine.</summary>
    Reset,
}
