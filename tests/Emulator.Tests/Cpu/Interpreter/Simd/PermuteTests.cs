using System.Runtime.Intrinsics;
using Emulator.Cpu.Isa;

namespace Emulator.Tests.Cpu.Interpreter.Simd;

/// <summary>Permutations as maps of bytes: register 1 holds 0 to 15, register 2 holds 16 to 31.</summary>
internal sealed unsafe class PermuteTests
{
    private SimdWorld _world = null!;

    [SetUp]
    public void Start()
    {
        _world = new SimdWorld();
        _world.FillRegisters();
        _world.Write(1, Vector128.CreateSequence<byte>(0, 1));
        _world.Write(2, Vector128.CreateSequence<byte>(16, 1));
    }

    [TearDown]
    public void Stop() => _world.Dispose();

    [Test]
    public void UnzipZipAndTranspose([Values(0u, 1u, 2u, 3u)] uint size, [Values] bool full)
    {
        if (size == 3 && !full)
        {
            return;
        }

        // Elements of the operands by number; those of the second one follow those of the first.
        int count = (full ? 16 : 8) >> (int)size;
        Assert.Multiple(() =>
        {
            Check(A64Opcode.UnzipVectorsPrimary, i => 2 * i);
            Check(A64Opcode.UnzipVectorsSecondary, i => (2 * i) + 1);
            Check(A64Opcode.ZipVectorsPrimary, i => (i / 2) + (i % 2 * count));
            Check(A64Opcode.ZipVectorsSecondary, i => (count / 2) + (i / 2) + (i % 2 * count));
            Check(A64Opcode.TransposeVectorsPrimary, i => (i & ~1) + (i % 2 * count));
            Check(A64Opcode.TransposeVectorsSecondary, i => (i | 1) + (i % 2 * count));
        });

        void Check(A64Opcode opcode, Func<int, int> source)
        {
            Execute(opcode, ("Q", full ? 1u : 0), ("size", size), ("Rm", 2), ("Rn", 1), ("Rd", 3));
            byte[] expected = new byte[16];
            for (int i = 0; i < count; i++)
            {
                int element = source(i);
                int start = element < count ? element << (int)size : 16 + ((element - count) << (int)size);
                for (int part = 0; part < 1 << (int)size; part++)
                {
                    expected[(i << (int)size) + part] = (byte)(start + part);
                }
            }

            AssertResult(expected, opcode);
        }
    }

    [Test]
    public void ExtractTakesBytesOfBothOperands([Values] bool full, [Range(0, 15)] int position)
    {
        int width = full ? 16 : 8;
        if (position < width)
        {
            Execute(A64Opcode.ExtractVector, ("Q", full ? 1u : 0), ("imm4", (uint)position), ("Rm", 2), ("Rn", 1), ("Rd", 3));
            byte[] expected = new byte[16];
            for (int i = 0; i < width; i++)
            {
                expected[i] = (byte)(i + position < width ? i + position : 16 + i + position - width);
            }

            AssertResult(expected, A64Opcode.ExtractVector);
        }
    }

    [Test]
    public void TablesOfOneToFourRegistersAreLookedUp([Range(1, 4)] int registers, [Values] bool extension, [Values] bool full)
    {
        // The table starts at V31 and goes on at V0; an index outside gives zero, or leaves the destination.
        for (int i = 0; i < registers; i++)
        {
            _world.Write((31 + i) & 31, Vector128.CreateSequence((byte)(100 + (16 * i)), (byte)1));
        }

        byte[] indices = [0, 15, 16, 31, 32, 47, 48, 63, 64, 255, 128, 1, 17, 33, 49, 65];
        _world.Write(5, Vector128.Create(indices));
        _world.Write(3, Vector128.Create((byte)9));
        A64Opcode opcode = extension ? A64Opcode.TableLookupExtension : A64Opcode.TableLookup;
        Execute(opcode, ("Q", full ? 1u : 0), ("len", (uint)registers - 1), ("Rm", 5), ("Rn", 31), ("Rd", 3));
        byte[] expected = new byte[16];
        for (int i = 0; i < (full ? 16 : 8); i++)
        {
            expected[i] = (byte)(indices[i] < 16 * registers ? 100 + indices[i] : extension ? 9 : 0);
        }

        AssertResult(expected, opcode);
    }

    [TestCase(nameof(A64Opcode.ReverseIn64BitElements), 8, 0u)]
    [TestCase(nameof(A64Opcode.ReverseIn64BitElements), 8, 1u)]
    [TestCase(nameof(A64Opcode.ReverseIn64BitElements), 8, 2u)]
    [TestCase(nameof(A64Opcode.ReverseIn32BitElements), 4, 0u)]
    [TestCase(nameof(A64Opcode.ReverseIn32BitElements), 4, 1u)]
    [TestCase(nameof(A64Opcode.ReverseIn16BitElements), 2, 0u)]
    public void ElementsAreReversedInTheirContainer(string name, int container, uint size)
    {
        A64Opcode opcode = Enum.Parse<A64Opcode>(name);
        Execute(opcode, ("Q", 1), ("size", size), ("Rn", 1), ("Rd", 3));
        int element = 1 << (int)size;
        byte[] expected = new byte[16];
        for (int i = 0; i < 16; i++)
        {
            int start = i / container * container;
            int place = (container / element) - 1 - ((i - start) / element);
            expected[start + (place * element) + (i % element)] = (byte)i;
        }

        AssertResult(expected, opcode);
    }

    [Test]
    public void ElementsMoveBetweenRegisters()
    {
        _world.Write(1, Vector128.Create(0x8182_8384_8586_8788, 0x9192_9394_9596_9798));

        // DUP V3.8H, V1.H[5]
        Execute(A64Opcode.DuplicateElementVector, ("Q", 1), ("imm5", 0b10110), ("Rn", 1), ("Rd", 3));
        Assert.That(_world.Read<ushort>(3), Is.EqualTo(Vector128.Create((ushort)0x9596)));

        // DUP S3, V1.S[1]
        Execute(A64Opcode.DuplicateElementScalar, ("imm5", 0b01100), ("Rn", 1), ("Rd", 3));
        Assert.That(_world.Read<ulong>(3), Is.EqualTo(Vector128.CreateScalar(0x8182_8384ul)));

        // SMOV W4, V1.H[1] and SMOV X4, V1.S[3]
        Execute(A64Opcode.SignedMoveElementToGeneral, ("imm5", 0b00110), ("Rn", 1), ("Rd", 4));
        Assert.That(_world.World.X(4), Is.EqualTo(0xffff_8586));
        Execute(A64Opcode.SignedMoveElementToGeneral, ("Q", 1), ("imm5", 0b11100), ("Rn", 1), ("Rd", 4));
        Assert.That(_world.World.X(4), Is.EqualTo(0xffff_ffff_9192_9394));

        // UMOV W4, V1.B[15]
        Execute(A64Opcode.UnsignedMoveElementToGeneral, ("imm5", 0b11111), ("Rn", 1), ("Rd", 4));
        Assert.That(_world.World.X(4), Is.EqualTo(0x91));

        // INS V3.B[2], V1.B[8], then INS V3.S[3], W5
        _world.Write(3, Vector128<ulong>.Zero);
        _world.World.SetX(5, 0xffff_ffff_1234_5678);
        Execute(A64Opcode.InsertElement, ("imm5", 0b00101), ("imm4", 8), ("Rn", 1), ("Rd", 3));
        Execute(A64Opcode.InsertGeneral, ("imm5", 0b11100), ("Rn", 5), ("Rd", 3));
        Assert.That(_world.Read<ulong>(3), Is.EqualTo(Vector128.Create(0x98_0000ul, 0x1234_5678_0000_0000)));

        // DUP V3.2S, W31: the zero register
        Execute(A64Opcode.DuplicateGeneral, ("imm5", 0b00100), ("Rn", 31), ("Rd", 3));
        Assert.That(_world.Read<ulong>(3), Is.EqualTo(Vector128<ulong>.Zero));
    }

    [TestCase(0u, 0b0000u, 0x0000_00ab_0000_00abul)]
    [TestCase(0u, 0b0110u, 0xab00_0000_ab00_0000ul)]
    [TestCase(0u, 0b1000u, 0x00ab_00ab_00ab_00abul)]
    [TestCase(0u, 0b1010u, 0xab00_ab00_ab00_ab00ul)]
    [TestCase(0u, 0b1100u, 0x0000_abff_0000_abfful)]
    [TestCase(0u, 0b1101u, 0x00ab_ffff_00ab_fffful)]
    [TestCase(0u, 0b1110u, 0xabab_abab_abab_ababul)]
    [TestCase(0u, 0b1111u, 0xc158_0000_c158_0000ul)]
    [TestCase(1u, 0b0010u, 0xffff_54ff_ffff_54fful)]
    [TestCase(1u, 0b1110u, 0xff00_ff00_ff00_fffful)]
    [TestCase(1u, 0b1111u, 0xc02b_0000_0000_0000ul)]
    public void ImmediatesAreExpanded(uint op, uint cmode, ulong expected)
    {
        Execute(A64Opcode.ModifiedImmediate, ("Q", 1), ("op", op), ("cmode", cmode), ("abc", 0xab >> 5), ("defgh", 0xab & 31), ("Rd", 3));
        Assert.That(_world.Read<ulong>(3), Is.EqualTo(Vector128.Create(expected)));
    }

    [Test]
    public void ImmediatesAreCombined()
    {
        _world.Write(3, Vector128.Create(0x0f0f_0f0f_0f0f_0f0ful));
        Execute(A64Opcode.ModifiedImmediate, ("Q", 1), ("cmode", 0b0001), ("abc", 7), ("Rd", 3));
        Assert.That(_world.Read<ulong>(3), Is.EqualTo(Vector128.Create(0x0f0f_0fef_0f0f_0feful)));
        Execute(A64Opcode.ModifiedImmediate, ("op", 1), ("cmode", 0b1011), ("defgh", 31), ("Rd", 3));
        Assert.That(_world.Read<ulong>(3), Is.EqualTo(Vector128.CreateScalar(0x000f_00ef_000f_00eful)));
    }

    private void Execute(A64Opcode opcode, params (string, uint)[] fields) => Assert.That(_world.Execute(SimdWorld.Encode(opcode, fields)));

    private void AssertResult(byte[] expected, A64Opcode opcode)
    {
        byte[] result = new byte[16];
        _world.Read<byte>(3).CopyTo(result);
        Assert.That(result, Is.EqualTo(expected), opcode.ToString());
    }
}
