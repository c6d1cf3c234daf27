using System.Runtime.InteropServices;

namespace Emulator.InteropTests.Oracle;

/// <summary>All registers that a user-level instruction can touch.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RegisterFile
{
    /// <summary>X0 to X30.</summary>
    public fixed ulong X[31];

    /// <summary>The stack pointer.</summary>
    public ulong Sp;

    /// <summary>The program counter.</summary>
    public ulong Pc;

    /// <summary>V0 to V31, two halves each, the lower one first.</summary>
    public fixed ulong V[64];

    /// <summary>PSTATE.NZCV in bits 31 to 28. The upper half of this and the following stays zero.</summary>
    public ulong Flags;

    /// <summary>FPCR.</summary>
    public ulong Fpcr;

    /// <summary>FPSR.</summary>
    public ulong Fpsr;

    /// <summary>X0 to X30, or SP for 31.</summary>
    public readonly ulong Base(uint register) => register == 31 ? Sp : X[register];

    /// <summary>Sets X0 to X30, or SP for 31.</summary>
    public void SetBase(uint register, ulong value)
    {
        if (register == 31)
        {
            Sp = value;
        }
        else
        {
            X[register] = value;
        }
    }

    /// <summary>X0 to X30, or zero for 31.</summary>
    public readonly ulong Source(uint register) => register == 31 ? 0 : X[register];

    /// <summary>What is not alike in two register files, a line each.</summary>
    public readonly IEnumerable<string> Differences(RegisterFile other, string name, string otherName)
    {
        List<string> lines = [];
        for (int i = 0; i < 31; i++)
        {
            Add($"X{i}", X[i], other.X[i]);
        }

        Add("SP", Sp, other.Sp);
        Add("PC", Pc, other.Pc);
        Add("NZCV", Flags, other.Flags);
        Add("FPCR", Fpcr, other.Fpcr);
        Add("FPSR", Fpsr, other.Fpsr);
        for (int i = 0; i < 32; i++)
        {
            if (V[2 * i] != other.V[2 * i] || V[(2 * i) + 1] != other.V[(2 * i) + 1])
            {
                lines.Add($"V{i}: {name} {V[(2 * i) + 1]:x16}_{V[2 * i]:x16}, {otherName} {other.V[(2 * i) + 1]:x16}_{other.V[2 * i]:x16}");
            }
        }

        return lines;

        void Add(string register, ulong mine, ulong theirs)
        {
            if (mine != theirs)
            {
                lines.Add($"{register}: {name} {mine:x16}, {otherName} {theirs:x16}");
            }
        }
    }

    /// <summary>The registers that are not zero.</summary>
    public override readonly string ToString()
    {
        List<string> parts = [];
        for (int i = 0; i < 31; i++)
        {
            Add($"X{i}", X[i]);
        }

        Add("SP", Sp);
        Add("PC", Pc);
        Add("NZCV", Flags);
        Add("FPCR", Fpcr);
        Add("FPSR", Fpsr);
        for (int i = 0; i < 32; i++)
        {
            if ((V[2 * i] | V[(2 * i) + 1]) != 0)
            {
                parts.Add($"V{i}={V[(2 * i) + 1]:x16}_{V[2 * i]:x16}");
            }
        }

        return string.Join(' ', parts);

        void Add(string register, ulong value)
        {
            if (value != 0)
            {
                parts.Add($"{register}={value:x}");
            }
        }
    }
}
