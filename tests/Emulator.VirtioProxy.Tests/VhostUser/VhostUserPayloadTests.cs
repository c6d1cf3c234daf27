using Emulator.VirtioProxy.VhostUser;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.VirtioProxy.Tests.VhostUser;

/// <summary>The bytes of messages.</summary>
public sealed class VhostUserPayloadTests
{
    [Test]
    public void A_header_is_three_little_endian_words()
    {
        byte[] bytes = new byte[VhostUserHeader.Length];
        new VhostUserHeader((uint)VhostUserRequest.GetVringBase, VhostUserFlags.Version | VhostUserFlags.NeedReply, 8).Write(bytes);
        Assert.That(Convert.ToHexString(bytes), Is.EqualTo("0B0000000900000008000000"));
    }

    [Test]
    public void Payloads_have_their_bytes()
    {
        Assert.That(Convert.ToHexString(VhostUserPayload.Number(0x1_7500_7e46)), Is.EqualTo("467E007501000000"));
        Assert.That(Convert.ToHexString(VhostUserPayload.VringState(2, 256)), Is.EqualTo("0200000000010000"));
        Assert.That(Convert.ToHexString(VhostUserPayload.VringAddress(1, 0x1000, 0x3000, 0x2000)), Is.EqualTo("0100000000000000" + "0010000000000000" + "0030000000000000" + "0020000000000000" + "0000000000000000"));
        Assert.That(
            Convert.ToHexString(VhostUserPayload.MemoryTable([new VhostUserRegion(0x4000_0000, 0x1000_0000, 7)])),
            Is.EqualTo("0100000000000000" + "0000004000000000" + "0000001000000000" + "0000004000000000" + "0000000000000000"));
        Assert.That(Convert.ToHexString(VhostUserPayload.Configuration(32, [1])), Is.EqualTo("200000000100000000000000" + "01"));
    }

    [Test]
    public void What_is_written_is_read_again() => Prop.ForAll<uint, uint, byte[]>((request, number, bytes) =>
    {
        Span<byte> header = stackalloc byte[VhostUserHeader.Length];
        var written = new VhostUserHeader(request, VhostUserFlags.Version | VhostUserFlags.Reply, number % VhostUserHeader.LargestPayload);
        written.Write(header);
        return VhostUserHeader.TryRead(header, out VhostUserHeader read) && read == written
            && VhostUserPayload.TryReadNumber(VhostUserPayload.Number(((ulong)request << 32) | number), out ulong value) && value == (((ulong)request << 32) | number)
            && VhostUserPayload.TryReadVringState(VhostUserPayload.VringState((int)request, number), out int ring, out uint state) && ring == (int)request && state == number
            && VhostUserPayload.TryReadConfiguration(VhostUserPayload.Configuration(0, bytes), out ReadOnlySpan<byte> contents) && contents.SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Any_bytes_are_read_or_refused() => Prop.ForAll<byte[]>(bytes =>
    {
        bool isNumber = VhostUserPayload.TryReadNumber(bytes, out _);
        bool isState = VhostUserPayload.TryReadVringState(bytes, out _, out _);
        bool isConfiguration = VhostUserPayload.TryReadConfiguration(bytes, out ReadOnlySpan<byte> contents);
        return isNumber == (bytes.Length == 8) && isState == isNumber && (!isConfiguration || contents.Length == bytes.Length - VhostUserPayload.ConfigurationHeader);
    }).QuickCheckThrowOnFailure();
}
