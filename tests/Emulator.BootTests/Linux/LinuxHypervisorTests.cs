using Emulator.Testing;

namespace Emulator.BootTests.Linux;

/// <summary>Linux that is started at EL2 keeps it for KVM.</summary>
public sealed class LinuxHypervisorTests : MachineFixture
{
    [Test]
    public void Kvm_initializes([GuestImage("linux-current")] GuestImage image)
    {
        Machine machine = Start(LinuxRecord.Describe(new LinuxGuest(image.Name, Cpus: 2)).WithExceptionLevel(2));

        string log = machine.Console.Expect(LinuxRecord.Prompt, LinuxRecord.Limits).Before;

        Assert.That(log, Does.Match(@"CPU: All CPU\(s\) started at EL2"));
        Assert.That(log, Does.Match(@"kvm \[1\]: Hyp nVHE mode initialized successfully"));
        Assert.That(machine.Statistics.Undefined, Is.Empty);
    }
}
