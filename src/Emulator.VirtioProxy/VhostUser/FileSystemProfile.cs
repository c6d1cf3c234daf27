using System.Buffers.Binary;
using System.Text;
using Emulator.Virtio;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>
/// A file system (virtio 1.3, section 5.11). Its state, from open files to the numbers of nodes, is the back end's and ends with it: requests then fail, and the guest has to mount it again.
/// </summary>
internal sealed class FileSystemProfile(VhostUserOptions options) : DeviceProfile
{
    private const int ConfigurationLength = VhostUserOptions.LongestTag + sizeof(uint);

    // struct fuse_in_header begins with length, operation and a 64-bit number, which the answer repeats.
    private const int UniqueOffset = 8;
    private const int AnswerLength = 16;
    private const int NotConnected = -107;

    /// <inheritdoc/>
    public override VirtioDeviceType Type => VirtioDeviceType.FileSystem;

    /// <inheritdoc/>
    public override string Name => "virtio-fs";

    /// <inheritdoc/>
    public override ulong Features => 0;

    /// <inheritdoc/>
    public override bool SurvivesPeer => false;

    /// <inheritdoc/>
    public override int CountQueues(VhostUserOffer offer) => 1 + RequestQueues(offer);

    /// <inheritdoc/>
    public override byte[] MakeConfiguration(VhostUserOffer offer)
    {
        byte[] configuration = new byte[ConfigurationLength];
        _ = Encoding.UTF8.GetBytes(options.Tag, configuration);
        BinaryPrimitives.WriteInt32LittleEndian(configuration.AsSpan(VhostUserOptions.LongestTag), RequestQueues(offer));
        return configuration;
    }

    /// <inheritdoc/>
    public override byte[]? MakeError(RemoteRequest request)
    {
        Span<byte> start = stackalloc byte[UniqueOffset + sizeof(ulong)];
        if (request.WritableLength < AnswerLength || !request.TryPeek(start))
        {
            return null;
        }

        byte[] answer = new byte[AnswerLength];
        BinaryPrimitives.WriteInt32LittleEndian(answer, AnswerLength);
        BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(4), NotConnected);
        start[UniqueOffset..].CopyTo(answer.AsSpan(8));
        return answer;
    }

    // The first queue is for requests of high priority.
    private int RequestQueues(VhostUserOffer offer) => offer.QueueCount == 0 ? options.Queues : Math.Clamp(offer.QueueCount - 1, 1, options.Queues);
}
