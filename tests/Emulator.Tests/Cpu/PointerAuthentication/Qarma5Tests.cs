using Emulator.Cpu.PointerAuthentication;

namespace Emulator.Tests.Cpu.PointerAuthentication;

public class Qarma5Tests
{
    /// <summary>The test vector of the cipher's paper (R. Avanzi, "The QARMA Block Cipher Family", 5 rounds, third S-box).</summary>
    [Test]
    public void VectorOfThePaper() =>
        Assert.That(Qarma5.Compute(0xfb62_3599_da6e_8127, 0x477d_469d_ec0b_8762, 0x84be_85ce_9804_e94b, 0xec28_02d4_e0a4_88e9), Is.EqualTo(0xc003_b939_99b3_3765));

    [Test]
    public void EveryInputCounts()
    {
        const ulong Data = 0x1234_5678_9abc_def0;
        ulong code = Qarma5.Compute(Data, 1, 2, 3);
        for (int bit = 0; bit < 64; bit++)
        {
            ulong flipped = 1UL << bit;
            Assert.That(Qarma5.Compute(Data ^ flipped, 1, 2, 3), Is.Not.EqualTo(code));
            Assert.That(Qarma5.Compute(Data, 1 ^ flipped, 2, 3), Is.Not.EqualTo(code));
            Assert.That(Qarma5.Compute(Data, 1, 2 ^ flipped, 3), Is.Not.EqualTo(code));
            Assert.That(Qarma5.Compute(Data, 1, 2, 3 ^ flipped), Is.Not.EqualTo(code));
        }
    }
}
