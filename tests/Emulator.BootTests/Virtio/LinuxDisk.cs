using Emulator.Boards;
using Emulator.BootTests.Linux;
using Emulator.Testing;

namespace Emulator.BootTests.Virtio;

/// <summary>A Linux machine with modules for disks, and its shell.</summary>
internal static class LinuxDisk
{
    /// <summary>Describes the machine.</summary>
    /// <param name="folder">Where files can be made.</param>
    public static MachineBuilder Describe(string folder)
    {
        string initrd = Path.Combine(folder, "initrd");
        ModulesDisk.Write(initrd);
        return new MachineBuilder(Board.Virt).WithMemory(512.MiB()).WithKernel(new GuestImage("linux-current")["kernel"]).WithInitrd(initrd).WithCommandLine("console=ttyAMA0 rdinit=/bin/sh quiet");
    }

    /// <summary>Boots it to where it can use disks.</summary>
    public static void Boot(Machine machine)
    {
        _ = machine.Console.Expect(LinuxRecord.Prompt, LinuxRecord.Limits);
        _ = Ask(machine, "mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev");
        _ = Ask(machine, ModulesDisk.Load);
    }

    /// <summary>Gives the shell a line, and takes what is printed.</summary>
    public static string Ask(Machine machine, string command) => machine.Console.SendLine(command).Expect(LinuxRecord.Prompt, LinuxRecord.Limits).Before;
}
