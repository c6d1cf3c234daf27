using Emulator.Interrupts;

namespace Emulator.Tests.Cpu.System;

/// <summary>Assembles the instructions that tests of the system level need.</summary>
internal static class A64
{
    public const uint Nop = 0xd503201f;
    public const uint Yield = 0xd503203f;
    public const uint Wfe = 0xd503205f;
    public const uint Wfi = 0xd503207f;
    public const uint Sev = 0xd503209f;
    public const uint Sevl = 0xd50320bf;
    public const uint Isb = 0xd5033fdf;
    public const uint Clrex = 0xd5033f5f;
    public const uint Eret = 0xd69f03e0;
    public const uint Drps = 0xd6bf03e0;

    /// <summary>UDF #0, which no CPU allocates.</summary>
    public const uint Udf = 0;

    public static uint Svc(uint immediate) => 0xd4000001 | (immediate << 5);

    public static uint Hvc(uint immediate) => 0xd4000002 | (immediate << 5);

    public static uint Smc(uint immediate) => 0xd4000003 | (immediate << 5);

    public static uint Brk(uint immediate) => 0xd4200000 | (immediate << 5);

    public static uint Hlt(uint immediate) => 0xd4400000 | (immediate << 5);

    public static uint Dcps(uint level) => 0xd4a00000 | level;

    public static uint DaifSet(uint bits) => 0xd50340df | (bits << 8);

    public static uint DaifClr(uint bits) => 0xd50340ff | (bits << 8);

    public static uint SpSel(uint value) => 0xd50040bf | (value << 8);

    /// <summary>MRS, or SYSL when op0 is 1.</summary>
    public static uint Read(ushort register, int rt) => 0xd5200000 | ((uint)register << 5) | (uint)rt;

    /// <summary>MSR, or SYS when op0 is 1.</summary>
    public static uint Write(ushort register, int rt) => 0xd5000000 | ((uint)register << 5) | (uint)rt;

    public static ushort Register(int op0, int op1, int crn, int crm, int op2) => SystemRegisterAccess.Encode(op0, op1, crn, crm, op2);
}
