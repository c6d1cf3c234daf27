using System.Globalization;
using Emulator.Cpu.Translator;

namespace Emulator.Tests.Cpu.Translator;

internal sealed unsafe class HostCodeMemoryTests
{
    [Test]
    public void WhatIsWrittenThroughOneMappingIsSeenThroughTheOtherAndNoneAllowsBoth([Values] bool isSeenByPerf)
    {
        if (HostCodeMemory.TryAllocate(1 << 20, isSeenByPerf) is not { } memory)
        {
            Assert.Ignore("no memory for code on this host");
            return;
        }

        using (memory)
        {
            memory.Writable[12345] = 0x5a;

            Assert.That(memory.Executable[12345], Is.EqualTo(0x5a));
            Assert.That(RightsOf(memory.Writable), Is.EqualTo("rw-s"));
            Assert.That(RightsOf(memory.Executable), Is.EqualTo("r-xs"));
        }
    }

    private static string RightsOf(byte* address)
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] ends = line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-');
            if (ulong.Parse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture) <= (ulong)address
                && (ulong)address < ulong.Parse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            {
                return line.Split(' ')[1];
            }
        }

        return "none";
    }
}
