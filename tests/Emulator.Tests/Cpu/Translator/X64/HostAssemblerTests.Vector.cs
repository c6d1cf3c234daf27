using Emulator.Cpu.Translator.X64;
using NUnit.Framework;

namespace Emulator.Tests.Cpu.Translator.X64;

/// <summary>Instructions on vector registers.</summary>
internal sealed unsafe partial class HostAssemblerTests
{
    // Mnemonic, and the operands' places: r and s are vector registers, e and f general-purpose ones of 32 and 64 bits; b, w, g and h such ones or memory of 1 to 8
    // bytes, m a vector register or memory with its size (M memory only); i is a constant, k a register in its place.
    private static readonly (HostVector Instruction, string Form)[] Vectors =
    [
        (HostVector.MoveUnaligned, "vmovups r,m16"),
        (HostVector.StoreUnaligned, "vmovups m16,r"),
        (HostVector.LoadDouble, "vmovsd r,M8"),
        (HostVector.LoadSingle, "vmovss r,M4"),
        (HostVector.StoreDouble, "vmovsd M8,r"),
        (HostVector.StoreSingle, "vmovss M4,r"),
        (HostVector.MoveLowQuadword, "vmovq r,m8"),
        (HostVector.MoveFromQuadword, "vmovq r,h"),
        (HostVector.MoveFromDoubleword, "vmovd r,g"),
        (HostVector.MoveToQuadword, "vmovq h,r"),
        (HostVector.MoveToDoubleword, "vmovd g,r"),
        (HostVector.AddDouble, "vaddsd r,s,m8"),
        (HostVector.AddSingle, "vaddss r,s,m4"),
        (HostVector.AddDoubles, "vaddpd r,s,m16"),
        (HostVector.AddSingles, "vaddps r,s,m16"),
        (HostVector.SubtractDouble, "vsubsd r,s,m8"),
        (HostVector.SubtractSingle, "vsubss r,s,m4"),
        (HostVector.SubtractDoubles, "vsubpd r,s,m16"),
        (HostVector.SubtractSingles, "vsubps r,s,m16"),
        (HostVector.MultiplyDouble, "vmulsd r,s,m8"),
        (HostVector.MultiplySingle, "vmulss r,s,m4"),
        (HostVector.MultiplyDoubles, "vmulpd r,s,m16"),
        (HostVector.MultiplySingles, "vmulps r,s,m16"),
        (HostVector.DivideDouble, "vdivsd r,s,m8"),
        (HostVector.DivideSingle, "vdivss r,s,m4"),
        (HostVector.DivideDoubles, "vdivpd r,s,m16"),
        (HostVector.DivideSingles, "vdivps r,s,m16"),
        (HostVector.MinimumDouble, "vminsd r,s,m8"),
        (HostVector.MinimumSingle, "vminss r,s,m4"),
        (HostVector.MinimumDoubles, "vminpd r,s,m16"),
        (HostVector.MinimumSingles, "vminps r,s,m16"),
        (HostVector.MaximumDouble, "vmaxsd r,s,m8"),
        (HostVector.MaximumSingle, "vmaxss r,s,m4"),
        (HostVector.MaximumDoubles, "vmaxpd r,s,m16"),
        (HostVector.MaximumSingles, "vmaxps r,s,m16"),
        (HostVector.SquareRootDouble, "vsqrtsd r,s,m8"),
        (HostVector.SquareRootSingle, "vsqrtss r,s,m4"),
        (HostVector.SquareRootDoubles, "vsqrtpd r,m16"),
        (HostVector.SquareRootSingles, "vsqrtps r,m16"),
        (HostVector.CompareDouble, "vucomisd r,m8"),
        (HostVector.CompareSingle, "vucomiss r,m4"),
        (HostVector.MatchDoubles, "vcmppd r,s,m16,i"),
        (HostVector.MatchSingles, "vcmpps r,s,m16,i"),
        (HostVector.MultiplyAddDouble, "vfmadd231sd r,s,m8"),
        (HostVector.MultiplyAddSingle, "vfmadd231ss r,s,m4"),
        (HostVector.MultiplyAddDoubles, "vfmadd231pd r,s,m16"),
        (HostVector.MultiplyAddSingles, "vfmadd231ps r,s,m16"),
        (HostVector.MultiplySubtractDouble, "vfmsub231sd r,s,m8"),
        (HostVector.MultiplySubtractSingle, "vfmsub231ss r,s,m4"),
        (HostVector.NegatedMultiplyAddDouble, "vfnmadd231sd r,s,m8"),
        (HostVector.NegatedMultiplyAddSingle, "vfnmadd231ss r,s,m4"),
        (HostVector.NegatedMultiplyAddDoubles, "vfnmadd231pd r,s,m16"),
        (HostVector.NegatedMultiplyAddSingles, "vfnmadd231ps r,s,m16"),
        (HostVector.NegatedMultiplySubtractDouble, "vfnmsub231sd r,s,m8"),
        (HostVector.NegatedMultiplySubtractSingle, "vfnmsub231ss r,s,m4"),
        (HostVector.RoundDouble, "vroundsd r,s,m8,i"),
        (HostVector.RoundSingle, "vroundss r,s,m4,i"),
        (HostVector.RoundDoubles, "vroundpd r,m16,i"),
        (HostVector.RoundSingles, "vroundps r,m16,i"),
        (HostVector.DoubleFromDoubleword, "vcvtsi2sd r,s,g"),
        (HostVector.DoubleFromQuadword, "vcvtsi2sd r,s,h"),
        (HostVector.SingleFromDoubleword, "vcvtsi2ss r,s,g"),
        (HostVector.SingleFromQuadword, "vcvtsi2ss r,s,h"),
        (HostVector.TruncateDoubleToDoubleword, "vcvttsd2si e,m8"),
        (HostVector.TruncateDoubleToQuadword, "vcvttsd2si f,m8"),
        (HostVector.TruncateSingleToDoubleword, "vcvttss2si e,m4"),
        (HostVector.TruncateSingleToQuadword, "vcvttss2si f,m4"),
        (HostVector.ConvertDoubleToDoubleword, "vcvtsd2si e,m8"),
        (HostVector.ConvertDoubleToQuadword, "vcvtsd2si f,m8"),
        (HostVector.ConvertSingleToDoubleword, "vcvtss2si e,m4"),
        (HostVector.ConvertSingleToQuadword, "vcvtss2si f,m4"),
        (HostVector.DoubleToSingle, "vcvtsd2ss r,s,m8"),
        (HostVector.SingleToDouble, "vcvtss2sd r,s,m4"),
        (HostVector.DoublesToSingles, "vcvtpd2ps r,m16"),
        (HostVector.SinglesToDoubles, "vcvtps2pd r,m8"),
        (HostVector.HalvesToSingles, "vcvtph2ps r,m8"),
        (HostVector.SinglesToHalves, "vcvtps2ph m8,r,i"),
        (HostVector.SinglesFromDoublewords, "vcvtdq2ps r,m16"),
        (HostVector.ConvertSinglesToDoublewords, "vcvtps2dq r,m16"),
        (HostVector.TruncateSinglesToDoublewords, "vcvttps2dq r,m16"),
        (HostVector.And, "vpand r,s,m16"),
        (HostVector.AndNot, "vpandn r,s,m16"),
        (HostVector.Or, "vpor r,s,m16"),
        (HostVector.ExclusiveOr, "vpxor r,s,m16"),
        (HostVector.TestBits, "vptest r,m16"),
        (HostVector.AddBytes, "vpaddb r,s,m16"),
        (HostVector.AddWords, "vpaddw r,s,m16"),
        (HostVector.AddDoublewords, "vpaddd r,s,m16"),
        (HostVector.AddQuadwords, "vpaddq r,s,m16"),
        (HostVector.SubtractBytes, "vpsubb r,s,m16"),
        (HostVector.SubtractWords, "vpsubw r,s,m16"),
        (HostVector.SubtractDoublewords, "vpsubd r,s,m16"),
        (HostVector.SubtractQuadwords, "vpsubq r,s,m16"),
        (HostVector.AddSaturatedBytes, "vpaddsb r,s,m16"),
        (HostVector.AddSaturatedWords, "vpaddsw r,s,m16"),
        (HostVector.AddSaturatedUnsignedBytes, "vpaddusb r,s,m16"),
        (HostVector.AddSaturatedUnsignedWords, "vpaddusw r,s,m16"),
        (HostVector.SubtractSaturatedBytes, "vpsubsb r,s,m16"),
        (HostVector.SubtractSaturatedWords, "vpsubsw r,s,m16"),
        (HostVector.SubtractSaturatedUnsignedBytes, "vpsubusb r,s,m16"),
        (HostVector.SubtractSaturatedUnsignedWords, "vpsubusw r,s,m16"),
        (HostVector.EqualBytes, "vpcmpeqb r,s,m16"),
        (HostVector.EqualWords, "vpcmpeqw r,s,m16"),
        (HostVector.EqualDoublewords, "vpcmpeqd r,s,m16"),
        (HostVector.EqualQuadwords, "vpcmpeqq r,s,m16"),
        (HostVector.GreaterBytes, "vpcmpgtb r,s,m16"),
        (HostVector.GreaterWords, "vpcmpgtw r,s,m16"),
        (HostVector.GreaterDoublewords, "vpcmpgtd r,s,m16"),
        (HostVector.GreaterQuadwords, "vpcmpgtq r,s,m16"),
        (HostVector.MaximumBytes, "vpmaxsb r,s,m16"),
        (HostVector.MaximumWords, "vpmaxsw r,s,m16"),
        (HostVector.MaximumDoublewords, "vpmaxsd r,s,m16"),
        (HostVector.MinimumBytes, "vpminsb r,s,m16"),
        (HostVector.MinimumWords, "vpminsw r,s,m16"),
        (HostVector.MinimumDoublewords, "vpminsd r,s,m16"),
        (HostVector.MaximumUnsignedBytes, "vpmaxub r,s,m16"),
        (HostVector.MaximumUnsignedWords, "vpmaxuw r,s,m16"),
        (HostVector.MaximumUnsignedDoublewords, "vpmaxud r,s,m16"),
        (HostVector.MinimumUnsignedBytes, "vpminub r,s,m16"),
        (HostVector.MinimumUnsignedWords, "vpminuw r,s,m16"),
        (HostVector.MinimumUnsignedDoublewords, "vpminud r,s,m16"),
        (HostVector.AbsoluteBytes, "vpabsb r,m16"),
        (HostVector.AbsoluteWords, "vpabsw r,m16"),
        (HostVector.AbsoluteDoublewords, "vpabsd r,m16"),
        (HostVector.SumOfDifferences, "vpsadbw r,s,m16"),
        (HostVector.MultiplyWords, "vpmullw r,s,m16"),
        (HostVector.MultiplyHighWords, "vpmulhw r,s,m16"),
        (HostVector.MultiplyRoundedWords, "vpmulhrsw r,s,m16"),
        (HostVector.MultiplyDoublewords, "vpmulld r,s,m16"),
        (HostVector.MultiplyEvenDoublewords, "vpmuldq r,s,m16"),
        (HostVector.MultiplyEvenDoublewordsUnsigned, "vpmuludq r,s,m16"),
        (HostVector.MultiplyAddWords, "vpmaddwd r,s,m16"),
        (HostVector.MultiplyAddBytes, "vpmaddubsw r,s,m16"),
        (HostVector.ShiftLeftDoublewordsBy, "vpsllvd r,s,m16"),
        (HostVector.ShiftLeftQuadwordsBy, "vpsllvq r,s,m16"),
        (HostVector.ShiftRightDoublewordsBy, "vpsrlvd r,s,m16"),
        (HostVector.ShiftRightQuadwordsBy, "vpsrlvq r,s,m16"),
        (HostVector.PackWords, "vpacksswb r,s,m16"),
        (HostVector.PackDoublewords, "vpackssdw r,s,m16"),
        (HostVector.PackWordsUnsigned, "vpackuswb r,s,m16"),
        (HostVector.PackDoublewordsUnsigned, "vpackusdw r,s,m16"),
        (HostVector.InterleaveLowBytes, "vpunpcklbw r,s,m16"),
        (HostVector.InterleaveLowWords, "vpunpcklwd r,s,m16"),
        (HostVector.InterleaveLowDoublewords, "vpunpckldq r,s,m16"),
        (HostVector.InterleaveLowQuadwords, "vpunpcklqdq r,s,m16"),
        (HostVector.InterleaveHighBytes, "vpunpckhbw r,s,m16"),
        (HostVector.InterleaveHighWords, "vpunpckhwd r,s,m16"),
        (HostVector.InterleaveHighDoublewords, "vpunpckhdq r,s,m16"),
        (HostVector.InterleaveHighQuadwords, "vpunpckhqdq r,s,m16"),
        (HostVector.WidenBytes, "vpmovsxbw r,m8"),
        (HostVector.WidenWords, "vpmovsxwd r,m8"),
        (HostVector.WidenDoublewords, "vpmovsxdq r,m8"),
        (HostVector.WidenUnsignedBytes, "vpmovzxbw r,m8"),
        (HostVector.WidenUnsignedWords, "vpmovzxwd r,m8"),
        (HostVector.WidenUnsignedDoublewords, "vpmovzxdq r,m8"),
        (HostVector.ReplicateByte, "vpbroadcastb r,m1"),
        (HostVector.ReplicateWord, "vpbroadcastw r,m2"),
        (HostVector.ReplicateDoubleword, "vpbroadcastd r,m4"),
        (HostVector.ReplicateQuadword, "vpbroadcastq r,m8"),
        (HostVector.ShuffleBytes, "vpshufb r,s,m16"),
        (HostVector.ShuffleDoublewords, "vpshufd r,m16,i"),
        (HostVector.ShuffleSingles, "vshufps r,s,m16,i"),
        (HostVector.AlignBytes, "vpalignr r,s,m16,i"),
        (HostVector.BlendWords, "vpblendw r,s,m16,i"),
        (HostVector.BlendDoublewords, "vpblendd r,s,m16,i"),
        (HostVector.BlendBytesBy, "vpblendvb r,s,m16,k"),
        (HostVector.BlendSinglesBy, "vblendvps r,s,m16,k"),
        (HostVector.BlendDoublesBy, "vblendvpd r,s,m16,k"),
        (HostVector.InsertSingle, "vinsertps r,s,m4,i"),
        (HostVector.InsertByte, "vpinsrb r,s,b,i"),
        (HostVector.InsertWord, "vpinsrw r,s,w,i"),
        (HostVector.InsertDoubleword, "vpinsrd r,s,g,i"),
        (HostVector.InsertQuadword, "vpinsrq r,s,h,i"),
        (HostVector.ExtractByte, "vpextrb b,r,i"),
        (HostVector.ExtractWord, "vpextrw w,r,i"),
        (HostVector.ExtractDoubleword, "vpextrd g,r,i"),
        (HostVector.ExtractQuadword, "vpextrq h,r,i"),
        (HostVector.AesEncrypt, "vaesenc r,s,m16"),
        (HostVector.AesEncryptLast, "vaesenclast r,s,m16"),
        (HostVector.AesDecryptLast, "vaesdeclast r,s,m16"),
        (HostVector.AesInverseMixColumns, "vaesimc r,m16"),
        (HostVector.CarrylessMultiply, "vpclmulqdq r,s,m16,i"),
    ];

    private static readonly int[] VectorRegisters = [0, 5, 9, 15];

    [Test]
    public void EachVectorInstructionHasARow() => Assert.That(Vectors.Select(v => v.Instruction), Is.EquivalentTo(Enum.GetValues<HostVector>()));

    [TestCaseSource(nameof(Vectors))]
    public void VectorInstructions((HostVector Instruction, string Form) row)
    {
        foreach (int register in VectorRegisters)
        {
            ForOperands(operand => CheckVector(row.Instruction, row.Form, register, operand));
            CheckVector(row.Instruction, row.Form, register, HostOperand.Constant(0x40));
        }
    }

    [Test]
    public void VectorShifts()
    {
        foreach (int destination in VectorRegisters)
        {
            foreach (int source in VectorRegisters)
            {
                foreach ((int size, char name) in new[] { (2, 'w'), (4, 'd'), (8, 'q') })
                {
                    Check(a => a.VectorShift(HostShift.Shl, size, destination, source, 7), $"vpsll{name} xmm{destination},xmm{source},7");
                    Check(a => a.VectorShift(HostShift.Shr, size, destination, source, 7), $"vpsrl{name} xmm{destination},xmm{source},7");
                }

                Check(a => a.VectorShift(HostShift.Sar, 2, destination, source, 7), $"vpsraw xmm{destination},xmm{source},7");
                Check(a => a.VectorShift(HostShift.Sar, 4, destination, source, 7), $"vpsrad xmm{destination},xmm{source},7");
                Check(a => a.VectorShiftBytes(HostShift.Shl, destination, source, 7), $"vpslldq xmm{destination},xmm{source},7");
                Check(a => a.VectorShiftBytes(HostShift.Shr, destination, source, 7), $"vpsrldq xmm{destination},xmm{source},7");
            }
        }
    }

    [Test]
    public void ShaInstructions()
    {
        foreach (int register in VectorRegisters)
        {
            foreach (int operand in VectorRegisters)
            {
                Check(a => a.Sha(HostSha.Sha1Rounds, register, operand, 2), $"sha1rnds4 xmm{register},xmm{operand},2");
                Check(a => a.Sha(HostSha.Sha256Rounds, register, operand), $"sha256rnds2 xmm{register},xmm{operand},xmm0");
                Check(a => a.Sha(HostSha.Sha256Schedule1, register, operand), $"sha256msg1 xmm{register},xmm{operand}");
                Check(a => a.Sha(HostSha.Sha256Schedule2, register, operand), $"sha256msg2 xmm{register},xmm{operand}");
            }
        }
    }

    private void CheckVector(HostVector instruction, string form, int register, HostOperand operand)
    {
        const int second = 11;
        const int last = 13;
        string[] parts = form.Split(' ');
        if (!operand.IsMemory && parts[1].Contains('M', StringComparison.Ordinal))
        {
            return;
        }

        string operands = string.Join(',', parts[1].Split(',').Select(part => part[0] switch
        {
            'r' => $"xmm{register}",
            's' => $"xmm{second}",
            'i' => "5",
            'k' => $"xmm{last}",
            'e' => NameOf((HostRegister)register, 4),
            'f' => NameOf((HostRegister)register, 8),
            'b' => Sized(operand, operand.IsMemory ? 1 : 4),
            'w' => Sized(operand, operand.IsMemory ? 2 : 4),
            'g' => Sized(operand, 4),
            'h' => Sized(operand, 8),
            _ when operand.IsMemory => Sized(operand, int.Parse(part[1..])),
            _ => $"xmm{(int)operand.Register}",
        }));
        Check(
            a =>
            {
                if (form.EndsWith('i'))
                {
                    a.Vector(instruction, register, second, operand, 5);
                }
                else if (form.EndsWith('k'))
                {
                    a.VectorBy(instruction, register, second, operand, last);
                }
                else
                {
                    a.Vector(instruction, register, second, operand);
                }
            },
            $"{parts[0]} {operands}");
    }
}
