using System.Runtime.InteropServices;
using Emulator.Testing;
using Emulator.Unicorn;

namespace Emulator.InteropTests.Unicorn;

/// <summary>The binding of libunicorn.</summary>
internal sealed unsafe class UnicornCpuTests
{
    private const ulong Base = 0x4000_0000;
    private const int Length = 0x1000;

    private byte* _memory;
    private UnicornCpu? _cpu;

    private UnicornCpu Cpu => _cpu!;

    [SetUp]
    public void SetUp()
    {
        try
        {
            _cpu = new UnicornCpu(UnicornCpuModel.CortexA57);
        }
        catch (UnicornUnavailableException exception)
        {
            Peer.Missing(exception.Message);
        }

        _memory = (byte*)NativeMemory.AlignedAlloc(Length, Length);
        NativeMemory.Clear(_memory, Length);
        Cpu.Map(Base, _memory, Length, UnicornPermissions.All);
    }

    [TearDown]
    public void TearDown()
    {
        _cpu?.Dispose();
        NativeMemory.AlignedFree(_memory);
    }

    [Test]
    public void VersionIsAKnownOne() => Assert.That(UnicornLibrary.Require(), Is.EqualTo(new Version(2, 0, 1)));

    [Test]
    public void RunExecutesSoManyInstructions()
    {
        Write(0x9100_0400, 0x9100_0400, 0x9100_0400); // add x0, x0, #1
        UnicornStop stop = Cpu.Run(Base, 2);
        Assert.Multiple(() =>
        {
            Assert.That(stop, Is.EqualTo(default(UnicornStop)));
            Assert.That(Cpu.Read(UnicornRegister.X0), Is.EqualTo(2));
            Assert.That(Cpu.Read(UnicornRegister.ProgramCounter), Is.EqualTo(Base + 8));
        });
    }

    [Test]
    public void ChangedCodeIsExecutedOnceItIsForgotten()
    {
        Write(0x9100_0400); // add x0, x0, #1
        _ = Cpu.Run(Base, 1);
        Write(0x9100_4000); // add x0, x0, #16
        Cpu.ForgetCode(Base, Base + 4);
        _ = Cpu.Run(Base, 1);
        Assert.That(Cpu.Read(UnicornRegister.X0), Is.EqualTo(17));
    }

    [TestCase(0xd400_0001u, UnicornInterrupt.SupervisorCall)]
    [TestCase(0xd420_0000u, UnicornInterrupt.Breakpoint)]
    [TestCase(0x0000_0000u, UnicornInterrupt.Undefined)]
    public void ExceptionsEndTheRun(uint word, UnicornInterrupt interrupt)
    {
        Write(word);
        Assert.That(Cpu.Run(Base, 1).Interrupt, Is.EqualTo(interrupt));
    }

    [Test]
    public void AccessesToNothingEndTheRun()
    {
        Write(0xf940_0001); // ldr x1, [x0]
        Assert.That(Cpu.Run(Base, 1).Error, Is.EqualTo(UnicornError.ReadUnmapped));
    }

    [Test]
    public void SystemRegistersAreReadAndWritten()
    {
        var threadPointer = new UnicornSystemRegister(op0: 3, op1: 3, crn: 13, crm: 0, op2: 2);
        Cpu.Write(threadPointer, 0x1234_5678_9abc_def0);
        Assert.That(Cpu.Read(threadPointer), Is.EqualTo(0x1234_5678_9abc_def0));
    }

    [Test]
    public void UnknownSystemRegisterIsAnError() =>
        Assert.That(() => Cpu.Read(new UnicornSystemRegister(op0: 3, op1: 7, crn: 11, crm: 15, op2: 7)), Throws.TypeOf<UnicornException>());

    private void Write(params ReadOnlySpan<uint> words) => words.CopyTo(new Span<uint>(_memory, Length / 4));
}
