using Emulator.Testing;

namespace Emulator.BootTests.Xen;

/// <summary>A hypervisor of its own kind: EL2, stage 2, the GIC's virtual interface, and Debian's kernel as the first domain.</summary>
[Category("Long")]
public sealed class XenTests : MachineFixture
{
    private static readonly ExpectOptions s_limits = new() { VirtualTime = TimeSpan.FromSeconds(60), HostTime = TimeSpan.FromMinutes(20) };

    [Test]
    public void Xen_starts_Debians_kernel_as_its_first_domain([GuestImage("xen")] GuestImage xen, [GuestImage("linux")] GuestImage linux)
    {
        XenLoader.With(xen, linux, builder =>
        {
            Machine machine = Start(builder);

            machine.Console.Expect(@"\(XEN\) Xen version 4\.", s_limits).Expect(@"\(XEN\) \*\*\* LOADING DOMAIN 0", s_limits).Expect("~ # ", s_limits);

            string type = machine.Console.SendLine("mount -t sysfs s /sys; cat /sys/hypervisor/type").Expect("~ # ", s_limits).Before;
            Assert.That(type, Does.Match("[\r\n]xen[\r\n]"));
            string log = machine.Console.SendLine("dmesg").Expect("~ # ", s_limits).Before;
            Assert.That(log, Does.Contain("Booting Linux on physical CPU").And.Not.Match(@"\bBUG\b|\bOops\b|WARNING|Call trace"));
            Assert.That(machine.Statistics.Undefined, Is.Empty);
        });
    }
}
