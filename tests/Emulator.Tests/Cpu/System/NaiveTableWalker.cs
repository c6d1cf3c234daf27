using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <summary>
/// Stage 1 translation written down from the manual's tables without any arithmetic of levels, to compare the walker with. It says where an address leads in
/// words: "t2" is a translation fault of level 2, and so on.
/// </summary>
internal sealed class NaiveTableWalker(TranslationRegime regime, Func<ulong, bool, ulong?> read)
{
    // The lowest bit of the address that the index at level 0, 1, 2 and 3 comes from.
    private static readonly Dictionary<int, int[]> IndexBits = new()
    {
        [12] = [39, 30, 21, 12],
        [14] = [47, 36, 25, 14],
        [16] = [64, 42, 29, 16],
    };

    public string Translate(ulong address, AccessKind kind, bool privileged)
    {
        bool isEl1 = regime.Level == 1 || regime.IsHost;
        bool upper = isEl1 && Bit(address, 55);
        ulong tcr = regime.Control;
        bool tagged = isEl1 ? Bit(tcr, upper ? 38 : 37) : Bit(tcr, 20);
        int tsz = (int)Field(tcr, upper ? 16 : 0, 6);
        if (isEl1 && !privileged && Bit(tcr, upper ? 56 : 55))
        {
            return "t0";
        }

        int size = 64 - tsz;
        for (int bit = size; bit < (tagged ? 56 : 64); bit++)
        {
            if (Bit(address, bit) != upper)
            {
                return "t0";
            }
        }

        if (isEl1 && Bit(tcr, upper ? 23 : 7))
        {
            return "t0";
        }

        int granule = upper
            ? new Dictionary<ulong, int> { [0] = 12, [1] = 14, [2] = 12, [3] = 16 }[Field(tcr, 30, 2)]
            : new Dictionary<ulong, int> { [0] = 12, [1] = 16, [2] = 14, [3] = 12 }[Field(tcr, 14, 2)];
        if (granule == 14 && !regime.HasGranule16K)
        {
            granule = 12;
        }

        if (tsz < 16 || tsz > (!regime.HasSmallTables ? 39 : granule == 16 ? 47 : 48))
        {
            return "t0";
        }

        bool managesAccess = Bit(tcr, isEl1 ? 39 : 21);
        bool managesDirty = managesAccess && Bit(tcr, isEl1 ? 40 : 22);
        bool flat = Bit(tcr, isEl1 ? (upper ? 42 : 41) : 24);
        int output = Math.Min(regime.PhysicalAddressBits, new[] { 32, 36, 40, 42, 44, 48, 48, 48 }[(int)Field(tcr, isEl1 ? 32 : 16, 3)]);
        int[] bits = IndexBits[granule];
        int level = Array.FindIndex(bits, b => b < size);
        int firstIndexWidth = size - bits[level];
        ulong table = upper ? regime.TableBase1 : regime.TableBase0;
        table = Field(table, 0, 48) / (8UL << firstIndexWidth) * (8UL << firstIndexWidth);
        if (!Fits(table, output))
        {
            return "s0";
        }

        bool nonSecure = !regime.Secure;
        bool tableReadOnly = false;
        bool tableNoUser = false;
        bool tableXn = false;
        bool tablePxn = false;
        int width = firstIndexWidth;
        for (; ; level++)
        {
            ulong? entry = read(table + (Field(address, bits[level], width) * 8), !nonSecure);
            if (entry is not { } descriptor)
            {
                return $"w{level}";
            }

            if (regime.BigEndian)
            {
                descriptor = global::System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(descriptor);
            }

            ulong type = descriptor & 3;
            bool isBlockLevel = granule == 12 ? level is 1 or 2 : level == 2;
            if (type == 3 && level < 3)
            {
                nonSecure |= Bit(descriptor, 63);
                tableReadOnly |= Bit(descriptor, 62) && !flat;
                tableNoUser |= Bit(descriptor, 61) && !flat;
                tableXn |= Bit(descriptor, 60) && !flat;
                tablePxn |= Bit(descriptor, 59) && !flat;
                table = Field(descriptor, granule, 48 - granule) << granule;
                if (!Fits(table, output))
                {
                    return $"s{level}";
                }

                width = granule - 3;
                continue;
            }

            if (!(type == 3 && level == 3) && !(type == 1 && isBlockLevel))
            {
                return $"t{level}";
            }

            int low = bits[level];
            ulong physical = (Field(descriptor, low, 48 - low) << low) + Field(address, 0, low);
            if (!Fits(physical >> low << low, output))
            {
                return $"s{level}";
            }

            if (!Bit(descriptor, 10) && !managesAccess)
            {
                return $"a{level}";
            }

            bool clean = Bit(descriptor, 7) && Bit(descriptor, 51) && managesDirty;
            bool readOnly = (Bit(descriptor, 7) && !clean) || tableReadOnly;
            bool user = isEl1 && Bit(descriptor, 6) && !tableNoUser;
            bool outputNonSecure = nonSecure || Bit(descriptor, 5);
            bool mayRead = !isEl1 || (privileged ? !(user && regime.ForbidsUserData) : user);
            bool mayWrite = mayRead && !readOnly;
            bool xn = isEl1 && privileged
                ? Bit(descriptor, 53) || tablePxn || (user && !readOnly)
                : Bit(descriptor, 54) || tableXn;
            bool mayExecute = !xn && !(regime.WriteImpliesExecuteNever && mayWrite) && !(regime.ForbidsNonSecureFetch && outputNonSecure);
            bool ok = kind == AccessKind.Read ? mayRead : kind == AccessKind.Write ? mayWrite : mayExecute;
            if (!ok)
            {
                return $"p{level}";
            }

            mayWrite &= !(clean && kind != AccessKind.Write);
            ulong attribute = Field(regime.Attributes, 8 * (int)Field(descriptor, 2, 3), 8);
            return $"{physical:x} {(outputNonSecure ? "ns" : "s")} {(attribute < 16 ? "device" : "normal")} r{mayRead} w{mayWrite} {low}";
        }
    }

    /// <summary>The walker's answer in the same words.</summary>
    public static string Describe(bool done, in Translation translation)
    {
        int fault = (int)translation.Fault;
        return done
            ? $"{translation.PhysicalAddress:x} {(translation.Secure ? "s" : "ns")} {(translation.IsDevice ? "device" : "normal")} r{translation.CanRead} w{translation.CanWrite} {translation.BlockShift}"
            : $"{(fault >> 2) switch { 0 => 's', 1 => 't', 2 => 'a', 3 => 'p', 5 => 'w', _ => '?' }}{fault & 3}";
    }

    private static bool Bit(ulong value, int bit) => ((value >> bit) & 1) != 0;

    private static ulong Field(ulong value, int low, int width) => width >= 64 ? value >> low : (value >> low) & ((1UL << width) - 1);

    private static bool Fits(ulong address, int bits) => bits >= 64 || address < (1UL << bits);
}
