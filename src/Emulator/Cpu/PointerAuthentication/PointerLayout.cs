namespace Emulator.Cpu.PointerAuthentication;

/// <summary>Where the authentication code of a pointer stands, which depends on the size of the address space and on whether the top byte is a tag.</summary>
/// <param name="BottomBit">The lowest bit of the code (CalculateBottomPACBit).</param>
/// <param name="HasTag">Bits 63 to 56 are a tag and no part of the code.</param>
internal readonly record struct PointerLayout(int BottomBit, bool HasTag)
{
    private const int HalfBit = 55;
    private const ulong Tag = 0xffUL << 56;

    // The bits of the code, but bit 55, which stays what it is.
    private ulong CodeBits => ((1UL << HalfBit) - (1UL << BottomBit)) | (HasTag ? 0 : Tag);

    // All that copies of one bit stand in while there is no code.
    private ulong ExtensionBits => (HasTag ? 1UL << 56 : 0) - (1UL << BottomBit);

    /// <summary>A pointer with its code, AddPAC (Arm ARM J1.1.3) without FEAT_EPAC.</summary>
    /// <param name="pointer">The pointer.</param>
    /// <param name="modifier">What the code binds it to.</param>
    /// <param name="high">Bits 127 to 64 of the key.</param>
    /// <param name="low">Bits 63 to 0 of the key.</param>
    /// <param name="isUpper">The half of the address space that it is taken to be in.</param>
    public ulong Add(ulong pointer, ulong modifier, ulong high, ulong low, bool isUpper)
    {
        ulong code = Qarma5.Compute(Extend(pointer, isUpper), modifier, high, low);
        ulong extension = pointer & ExtensionBits;
        if (extension != 0 && extension != ExtensionBits)
        {
            // It was no canonical address: it must not become one by being authenticated.
            code ^= 1UL << (HasTag ? 54 : 62);
        }

        return (pointer & ~ExtensionBits) | (code & CodeBits) | (isUpper ? 1UL << HalfBit : 0);
    }

    /// <summary>The pointer without its code if that is right, otherwise an address that faults: Auth, without FEAT_FPAC.</summary>
    /// <param name="pointer">The pointer with its code.</param>
    /// <param name="modifier">What the code binds it to.</param>
    /// <param name="high">Bits 127 to 64 of the key.</param>
    /// <param name="low">Bits 63 to 0 of the key.</param>
    /// <param name="isKeyB">The key is one of the two B keys.</param>
    public ulong Authenticate(ulong pointer, ulong modifier, ulong high, ulong low, bool isKeyB)
    {
        ulong original = Strip(pointer);
        ulong code = Qarma5.Compute(original, modifier, high, low);
        if (((code ^ pointer) & CodeBits) == 0)
        {
            return original;
        }

        int errorShift = HasTag ? 53 : 61;
        return (original & ~(3UL << errorShift)) | ((isKeyB ? 2UL : 1) << errorShift);
    }

    /// <summary>The pointer without its code, unchecked.</summary>
    public ulong Strip(ulong pointer) => Extend(pointer, ((pointer >> HalfBit) & 1) != 0);

    private ulong Extend(ulong pointer, bool isUpper) => isUpper ? pointer | ExtensionBits : pointer & ~ExtensionBits;
}
