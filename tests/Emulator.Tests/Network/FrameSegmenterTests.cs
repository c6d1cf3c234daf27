using System.Buffers.Binary;
using Emulator.Network;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Network;

/// <summary>Large frames are cut as an adapter with segmentation cuts them.</summary>
internal sealed class FrameSegmenterTests
{
    private const int PiecePayload = 1000;

    [Test]
    public void PiecesHaveThePayloadInOrderAndSoundHeaders(
        [Values(SegmentationKind.Tcp4, SegmentationKind.Tcp6, SegmentationKind.Udp)] SegmentationKind kind, [Values] bool hasVlan, [Values(1, 999, 1000, 2500, 60000)] int payload)
    {
        bool isIpv6 = payload % 2 != 0; // of UDP; the kinds of TCP say it themselves
        (byte[] frame, FrameOffload offload) = LargeFrames.Create(kind, payload, PiecePayload, isIpv6 && kind == SegmentationKind.Udp, hasVlan);

        List<byte[]> pieces = LargeFrames.Cut(frame, offload);

        int headers = frame.Length - payload;
        Assert.That(pieces, Has.Count.EqualTo((payload + PiecePayload - 1) / PiecePayload));
        Assert.That(pieces, Is.All.Matches<byte[]>(piece => LargeFrames.IsSound(piece!, offload)));
        Assert.That(pieces.SelectMany(piece => piece[headers..]), Is.EqualTo(frame[headers..]));
    }

    [Test]
    public void SequenceIdentificationAndFlagsAreThoseOfThePieces()
    {
        (byte[] frame, FrameOffload offload) = LargeFrames.Create(SegmentationKind.Tcp4, 2500, PiecePayload, tcpFlags: 0x99);

        List<byte[]> pieces = LargeFrames.Cut(frame, offload);

        Assert.That(pieces.Select(piece => BinaryPrimitives.ReadUInt32BigEndian(piece.AsSpan(38))), Is.EqualTo(new[] { 0xffff_ff00, 0x2e8u, 0x6d0u }), "it begins anew at 2^32");
        Assert.That(pieces.Select(piece => BinaryPrimitives.ReadUInt16BigEndian(piece.AsSpan(18))), Is.EqualTo(new[] { 0xffff, 0, 1 }));
        Assert.That(pieces.Select(piece => piece[47]), Is.EqualTo(new[] { 0x90, 0x10, 0x19 }), "the end at the end, the window's reduction at the start");
    }

    [TestCase(0, (ushort)34, (ushort)16, Description = "pieces of nothing")]
    [TestCase(2000, (ushort)34, (ushort)16, Description = "pieces longer than a frame")]
    [TestCase(1, (ushort)34, (ushort)16, Description = "too many pieces")]
    [TestCase(1000, (ushort)33, (ushort)16, Description = "another start of the header")]
    [TestCase(1000, (ushort)0xffff, (ushort)16)]
    [TestCase(1000, (ushort)34, (ushort)6, Description = "another place of the checksum")]
    public void WhatTheDriverSaysWronglyIsRefused(int segment, ushort start, ushort offset)
    {
        (byte[] frame, FrameOffload offload) = LargeFrames.Create(SegmentationKind.Tcp4, 4000, PiecePayload);
        Assert.That(LargeFrames.Cut(frame, offload with { SegmentSize = (ushort)segment, ChecksumStart = start, ChecksumOffset = offset }), Is.Empty);
    }

    [Test]
    public void FrameOfAnotherProtocolIsRefused()
    {
        (byte[] frame, FrameOffload offload) = LargeFrames.Create(SegmentationKind.Tcp4, 4000, PiecePayload);
        Assert.That(LargeFrames.Cut(frame, offload with { Kind = SegmentationKind.Tcp6 }), Is.Empty);
        Assert.That(LargeFrames.Cut(frame, offload with { Kind = (SegmentationKind)3 }), Is.Empty);
        Assert.That(LargeFrames.Cut(frame, offload with { Kind = SegmentationKind.Udp, ChecksumOffset = 6 }), Is.Empty);
        Assert.That(LargeFrames.Cut(frame[..40], offload), Is.Empty);
        frame[46] = 0xf0;
        Assert.That(LargeFrames.Cut(frame, offload), Has.Count.EqualTo(4), "a longer header takes of the payload");
        Assert.That(LargeFrames.Cut(frame[..80], offload), Is.Empty, "a header longer than the frame");
    }

    [Test]
    public void WhateverIsInAFrameItsPiecesFitAnEthernet() =>
        Prop.ForAll<byte[], (byte Kind, ushort Segment, ushort Start, ushort Offset), int>((noise, what, place) =>
        {
            (byte[] frame, FrameOffload offload) = LargeFrames.Create((SegmentationKind)(1 + (what.Kind % 5)), what.Segment % 5000, Math.Max(1, what.Segment % 1400));
            for (int i = 0; i < noise.Length; i++)
            {
                frame[(((place & 0xff) + (i * 7)) & 0x3f) % frame.Length] = noise[i];
            }

            offload = what.Kind % 3 == 0 ? offload with { ChecksumStart = what.Start, ChecksumOffset = what.Offset } : offload;
            return LargeFrames.Cut(frame, offload).TrueForAll(piece => piece.Length <= FrameSegmenter.MostFrameBytes);
        }).QuickCheckThrowOnFailure();
}
