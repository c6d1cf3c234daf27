using System.Security.Cryptography;
using Emulator.VirtioProxy.Server;

namespace ServedDevices;

/// <summary>A source of entropy that throws a die for each byte (virtio 1.3, section 5.4).</summary>
internal sealed class DieThrower : CustomDevice
{
    private const int EntropyDevice = 4;

    /// <summary>Creates a source.</summary>
    public DieThrower()
        : base(EntropyDevice, 8)
    {
    }

    /// <inheritdoc/>
    public override int Serve(int queue, ReadOnlySpan<byte> readable, Span<byte> writable)
    {
        if (writable.IsEmpty)
        {
            return Malformed;
        }

        for (int i = 0; i < writable.Length; i++)
        {
            writable[i] = (byte)RandomNumberGenerator.GetInt32(1, 7);
        }

        return writable.Length;
    }
}
