namespace Emulator.Network;

/// <summary>A link that must know the machine that its device is part of.</summary>
internal interface IMachineAttachment
{
    /// <summary>Tells machines on one network apart.</summary>
    int Number { get; }

    /// <summary>The machine has been built.</summary>
    void Attach(Machine machine);
}
