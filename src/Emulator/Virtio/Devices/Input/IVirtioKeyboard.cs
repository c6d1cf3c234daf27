namespace Emulator.Virtio.Devices.Input;

/// <summary>The host's end of a virtio keyboard. It is used while the machine does not run, by the thread that runs it.</summary>
public interface IVirtioKeyboard
{
    /// <summary>The lights that the guest has switched on: bit 0 is Num Lock, 1 Caps Lock, 2 Scroll Lock.</summary>
    int Lights { get; }

    /// <summary>Presses a key, or lets it go. The guest gets to know of it when it runs; what it does not take in time is lost, as with a real keyboard.</summary>
    /// <param name="key">The key's number as Linux has it (input-event-codes.h), 1 to 247: 30 is A, 28 is Enter.</param>
    /// <param name="isPressed">True to press it.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such key.</exception>
    void SetKey(int key, bool isPressed);
}
