using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text;
using Emulator.Cpu.Interpreter.Simd;
using Emulator.Cpu.Isa;

namespace Emulator.Tests.Cpu.Interpreter.Simd;

/// <summary>Whole ciphers and hashes by the instructions, against published ones.</summary>
internal sealed unsafe class CryptoTests
{
    private SimdWorld _world = null!;

    [SetUp]
    public void Start() => _world = new SimdWorld();

    [TearDown]
    public void Stop() => _world.Dispose();

    [Test]
    public void AesEncryptsAndDecryptsABlock()
    {
        byte[] key = Convert.FromHexString("000102030405060708090a0b0c0d0e0f");
        byte[] plain = Convert.FromHexString("00112233445566778899aabbccddeeff");
        byte[][] keys = ExpandKey(key);

        // FIPS 197, appendix C.1. The round's key is added first here, so that the last one comes apart.
        _world.Write(0, Vector128.Create(plain));
        for (int round = 0; round < 10; round++)
        {
            _world.Write(1, Vector128.Create(keys[round]));
            Execute(A64Opcode.AesSingleRoundEncryption, ("Rn", 1), ("Rd", 0));
            if (round < 9)
            {
                Execute(A64Opcode.AesMixColumns, ("Rn", 0), ("Rd", 0));
            }
        }

        Vector128<byte> cipher = _world.Read<byte>(0) ^ Vector128.Create(keys[10]);
        Assert.That(Hex(cipher), Is.EqualTo("69C4E0D86A7B0430D8CDB78070B4C55A"));

        _world.Write(0, cipher ^ Vector128.Create(keys[10]));
        for (int round = 9; round >= 0; round--)
        {
            _world.Write(1, Vector128<byte>.Zero);
            Execute(A64Opcode.AesSingleRoundDecryption, ("Rn", 1), ("Rd", 0));
            _world.Write(0, _world.Read<byte>(0) ^ Vector128.Create(keys[round]));
            if (round > 0)
            {
                Execute(A64Opcode.AesInverseMixColumns, ("Rn", 0), ("Rd", 0));
            }
        }

        Assert.That(Hex(_world.Read<byte>(0)), Is.EqualTo(Convert.ToHexString(plain)));
    }

    [Test]
    public void AesWithoutTheHostsHelpIsTheSame()
    {
        var random = new Random(3);
        byte[] bytes = new byte[16];
        for (int i = 0; i < 100; i++)
        {
            random.NextBytes(bytes);
            Vector128<byte> state = Vector128.Create(bytes);
            Assert.That(AesRounds.SubstitutePortably(state, inverse: false), Is.EqualTo(AesRounds.ShiftAndSubstitute(state)));
            Assert.That(AesRounds.SubstitutePortably(state, inverse: true), Is.EqualTo(AesRounds.InverseShiftAndSubstitute(state)));
            Assert.That(AesRounds.MixPortably(state), Is.EqualTo(AesRounds.MixColumns(state)));
            Assert.That(AesRounds.InverseMixPortably(state), Is.EqualTo(AesRounds.InverseMixColumns(state)));
            Assert.That(AesRounds.SubstitutePortably(AesRounds.SubstitutePortably(state, inverse: false), inverse: true), Is.EqualTo(state));
            Assert.That(AesRounds.InverseMixPortably(AesRounds.MixPortably(state)), Is.EqualTo(state));
        }
    }

    [Test]
    public void PolynomialProductsWithoutTheHostsHelpAreTheSame()
    {
        var random = new Random(4);
        for (int i = 0; i < 100; i++)
        {
            ulong left = (ulong)random.NextInt64() << 1;
            ulong right = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            Assert.That(Carryless.MultiplyBitByBit(left, right), Is.EqualTo(Carryless.Multiply(left, right)));
        }

        Assert.That(Carryless.MultiplyBitByBit(3, 3), Is.EqualTo(Vector128.CreateScalar(5ul)));
    }

    [Test]
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "It is what is tested.")]
    public void Sha1HashesABlock()
    {
        byte[] message = Encoding.ASCII.GetBytes("the quick brown fox");
        uint[] state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
        uint[] constants = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];
        A64Opcode[] rounds = [A64Opcode.Sha1HashUpdateChoose, A64Opcode.Sha1HashUpdateParity, A64Opcode.Sha1HashUpdateMajority, A64Opcode.Sha1HashUpdateParity];
        LoadWords(message);
        _world.Write(0, Vector128.Create(state[0], state[1], state[2], state[3]));
        _world.Write(1, Vector128.CreateScalar(state[4]));
        for (int step = 0; step < 20; step++)
        {
            // The words in turn in V4 to V7; each step needs those of sixteen steps ago.
            uint words = 4 + ((uint)step & 3);
            if (step >= 4)
            {
                Execute(A64Opcode.Sha1ScheduleUpdate0, ("Rm", 4 + ((uint)(step + 2) & 3)), ("Rn", 4 + ((uint)(step + 1) & 3)), ("Rd", words));
                Execute(A64Opcode.Sha1ScheduleUpdate1, ("Rn", 4 + ((uint)(step + 3) & 3)), ("Rd", words));
            }

            _world.Write(2, _world.Read<uint>((int)words) + Vector128.Create(constants[step / 5]));
            Execute(A64Opcode.Sha1FixedRotate, ("Rn", 0), ("Rd", 3));
            Execute(rounds[step / 5], ("Rm", 2), ("Rn", 1), ("Rd", 0));
            _world.Write(1, _world.Read<uint>(3));
        }

        Vector128<uint> sum = _world.Read<uint>(0) + Vector128.Create(state[0], state[1], state[2], state[3]);
        Assert.That(Hash(sum[0], sum[1], sum[2], sum[3], _world.Read<uint>(1)[0] + state[4]), Is.EqualTo(Convert.ToHexString(SHA1.HashData(message))));
    }

    [Test]
    public void Sha256HashesABlock()
    {
        byte[] message = Encoding.ASCII.GetBytes("jumps over the lazy dog");
        uint[] roots = [2, 3, 5, 7, 11, 13, 17, 19];
        uint[] state = [.. roots.Select(prime => Fraction(Math.Sqrt(prime)))];
        uint[] constants = [.. Enumerable.Range(2, 310).Where(IsPrime).Select(prime => Fraction(Math.Cbrt(prime)))];
        Assert.That(constants, Has.Length.EqualTo(64));
        LoadWords(message);
        _world.Write(0, Vector128.Create(state));
        _world.Write(1, Vector128.Create(state.AsSpan(4)));
        for (int step = 0; step < 16; step++)
        {
            uint words = 4 + ((uint)step & 3);
            if (step >= 4)
            {
                Execute(A64Opcode.Sha256ScheduleUpdate0, ("Rn", 4 + ((uint)(step + 1) & 3)), ("Rd", words));
                Execute(A64Opcode.Sha256ScheduleUpdate1, ("Rm", 4 + ((uint)(step + 3) & 3)), ("Rn", 4 + ((uint)(step + 2) & 3)), ("Rd", words));
            }

            _world.Write(2, _world.Read<uint>((int)words) + Vector128.Create(constants.AsSpan(4 * step)));
            _world.Write(3, _world.Read<uint>(0));
            Execute(A64Opcode.Sha256HashUpdatePart1, ("Rm", 2), ("Rn", 1), ("Rd", 0));
            Execute(A64Opcode.Sha256HashUpdatePart2, ("Rm", 2), ("Rn", 3), ("Rd", 1));
        }

        Vector128<uint> first = _world.Read<uint>(0) + Vector128.Create(state);
        Vector128<uint> second = _world.Read<uint>(1) + Vector128.Create(state.AsSpan(4));
        Assert.That(
            Hash(first[0], first[1], first[2], first[3], second[0], second[1], second[2], second[3]),
            Is.EqualTo(Convert.ToHexString(SHA256.HashData(message))));
    }

    private static uint Fraction(double root) => (uint)((root - Math.Floor(root)) * 4294967296.0);

    private static bool IsPrime(int number) => Enumerable.Range(2, (int)Math.Sqrt(number)).All(divisor => divisor >= number || number % divisor != 0);

    private static string Hex(Vector128<byte> value)
    {
        byte[] bytes = new byte[16];
        value.CopyTo(bytes);
        return Convert.ToHexString(bytes);
    }

    private static string Hash(params uint[] words) => string.Concat(words.Select(word => word.ToString("X8")));

    private static byte[][] ExpandKey(byte[] key)
    {
        byte[][] keys = [key, .. Enumerable.Range(0, 10).Select(_ => new byte[16])];
        byte constant = 1;
        for (int round = 1; round <= 10; round++)
        {
            byte[] previous = keys[round - 1];
            for (int i = 0; i < 16; i++)
            {
                byte temporary = i < 4 ? Substitute(previous[12 + ((i + 1) & 3)]) : keys[round][i - 4];
                keys[round][i] = (byte)(previous[i] ^ temporary ^ (i == 0 ? constant : 0));
            }

            constant = (byte)((constant << 1) ^ ((constant & 0x80) != 0 ? 0x1b : 0));
        }

        return keys;
    }

    private static byte Substitute(byte value) => AesRounds.SubstitutePortably(Vector128.Create(value), inverse: false)[0];

    // The one padded block of a short message, as big-endian words in V4 to V7.
    private void LoadWords(byte[] message)
    {
        byte[] block = new byte[64];
        message.CopyTo(block, 0);
        block[message.Length] = 0x80;
        BinaryPrimitives.WriteInt32BigEndian(block.AsSpan(60), message.Length * 8);
        for (int i = 0; i < 4; i++)
        {
            int start = 16 * i;
            _world.Write(4 + i, Vector128.Create([.. Enumerable.Range(0, 4).Select(j => BinaryPrimitives.ReadUInt32BigEndian(block.AsSpan(start + (4 * j))))]));
        }
    }

    private void Execute(A64Opcode opcode, params (string, uint)[] fields) => Assert.That(_world.Execute(SimdWorld.Encode(opcode, fields)));
}
