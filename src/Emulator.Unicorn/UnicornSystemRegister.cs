using System.Runtime.InteropServices;

namespace Emulator.Unicorn;

/// <summary>A system register by its encoding, with its value (<c>uc_arm64_cp_reg</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UnicornSystemRegister
{
    /// <summary>CRn.</summary>
    public uint CRn;

    /// <summary>CRm.</summary>
    public uint CRm;

    /// <summary>op0.</summary>
    public uint Op0;

    /// <summary>op1.</summary>
    public uint Op1;

    /// <summary>op2.</summary>
    public uint Op2;

    /// <summary>The value.</summary>
    public ulong Value;

    /// <summary>Names a register.</summary>
    public UnicornSystemRegister(uint op0, uint op1, uint crn, uint crm, uint op2)
    {
        Op0 = op0;
        Op1 = op1;
        CRn = crn;
        CRm = crm;
        Op2 = op2;
    }
}
