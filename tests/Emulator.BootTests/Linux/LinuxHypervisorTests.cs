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

    // Nobody at EL3 has given the kernel its interrupts and its level: the board has.
    [Test]
    public void A_kernel_without_firmware_at_El3_has_its_interrupts([GuestImage("linux-current")] GuestImage image)
    {
        Machine machine = Start(LinuxRecord.Describe(new LinuxGuest(image.Name, Cpus: 1)).WithExceptionLevel(3));

        machine.Console.Expect(LinuxRecord.Prompt, LinuxRecord.Limits)
            .Send("mount -t proc proc /proc; sleep 1; dmesg | grep started; cat /proc/interrupts\n").Expect("CPU: All CPU\\(s\\) started at EL2", LinuxRecord.Limits)
            .Expect(@"[1-9][0-9]* +GICv3 +30 +Level +arch_timer", LinuxRecord.Limits).Expect(@"[1-9][0-9]* +GICv3 +33 +Level +uart-pl011", LinuxRecord.Limits);
        Assert.That(machine.Statistics.Undefined, Is.Empty);
    }
}
