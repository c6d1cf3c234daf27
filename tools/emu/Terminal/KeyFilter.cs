namespace Emulator.Tool.Terminal;

/// <summary>Takes the tool's own keys out of what is typed: Ctrl-A X leaves, Ctrl-A Ctrl-A is one Ctrl-A for the guest.</summary>
internal sealed class KeyFilter
{
    private const byte Prefix = 0x01; // Ctrl-A

    private bool _afterPrefix;

    /// <summary>Filters typed bytes.</summary>
    /// <param name="keys">What was typed.</param>
    /// <param name="leave">True when the person wants to leave.</param>
    /// <returns>What is left for the guest.</returns>
    public byte[] Filter(ReadOnlySpan<byte> keys, out bool leave)
    {
        var forGuest = new List<byte>(keys.Length + 1);
        leave = false;
        foreach (byte key in keys)
        {
            if (!_afterPrefix && key == Prefix)
            {
                _afterPrefix = true;
                continue;
            }

            if (_afterPrefix && key is (byte)'x' or (byte)'X')
            {
                leave = true;
                break;
            }

            if (_afterPrefix && key != Prefix)
            {
                forGuest.Add(Prefix);
            }

            _afterPrefix = false;
            forGuest.Add(key);
        }

        return [.. forGuest];
    }
}
