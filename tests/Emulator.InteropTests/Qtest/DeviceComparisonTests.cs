using Emulator.Memory;

namespace Emulator.InteropTests.Qtest;

/// <summary>The rig itself: does it see, and does it complain?</summary>
internal sealed class DeviceComparisonTests
{
    private const ulong Length = 64 * 1024 * 1024;

    [Test]
    public void DeviceWithAFaultIsFoundOut()
    {
        DeviceComparison comparison = Compare(new FaultyDevice(new CfiFlash("flash1", Length)), []);

        Assert.That(comparison.Unexplained, Has.Count.EqualTo(1));
        Assert.That(comparison.Unexplained[0].ToString(), Does.Contain("read4 0x040 (query): ours 0x510050, QEMU 0x510051"));
        Assert.That(comparison.AssertAgreementFails(), Does.Contain("unexplained"));
    }

    [Test]
    public void ExplanationThatExplainsNothingIsFoundOut()
    {
        DeviceComparison comparison = Compare(new CfiFlash("flash1", Length), [new KnownDifference("out of date", _ => true)]);

        Assert.That(comparison.Unexplained, Is.Empty);
        Assert.That(comparison.AssertAgreementFails(), Does.Contain("out of date"));
    }

    [Test]
    public void ExplainedDifferenceIsAccepted()
    {
        DeviceComparison comparison = Compare(
            new FaultyDevice(new CfiFlash("flash1", Length)), [new KnownDifference("a fault", d => d.Register == "query")]);

        Assert.That(comparison.AssertAgreement, Throws.Nothing);
    }

    private static DeviceComparison Compare(IMmioDevice device, KnownDifference[] known)
    {
        var comparison = new DeviceComparison(new ComparedDevice
        {
            Name = "rig, tested itself",
            Address = Length,
            Registers = [new NamedRegister(0x40, "query")],
            KnownDifferences = known,
            Create = () =>
            {
                var machine = new OurMachine();
                machine.Bus.MapDevice(Length, device);
                return machine;
            },
        });
        comparison.Run(new DeviceScript("query").Read(0x40).Write(0, 0x0098_0098).Read(0x40).Read(0x44));
        return comparison;
    }

    /// <summary>Loses bit 0 of one word of its answers.</summary>
    private sealed class FaultyDevice(CfiFlash flash) : IMmioDevice
    {
        public string Name => flash.Name;

        public ulong Length => flash.Length;

        public BusResult Read(in BusAccess access)
        {
            BusResult result = flash.Read(access);
            return access.Offset == 0x40 ? result.Value & ~1ul : result;
        }

        public BusStatus Write(in BusAccess access, ulong value) => flash.Write(access, value);

        public void Reset(ResetKind kind) => flash.Reset(kind);
    }
}

internal static class DeviceComparisonExtensions
{
    /// <summary>The message with which a comparison fails.</summary>
    public static string AssertAgreementFails(this DeviceComparison comparison)
    {
        // Inside a context of its own, lest the failure is taken for the test's.
        using (new NUnit.Framework.Internal.TestExecutionContext.IsolatedContext())
        {
            return Assert.Throws<AssertionException>(comparison.AssertAgreement)!.Message;
        }
    }
}
