using System.Buffers.Binary;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <summary>
/// Stage 2 translation written down from the manual's tables, to compare the walker with. Each row of <see cref="Starts"/> is one of D5.2.6 to D5.2.8: how many address
/// bits a walk from that level can have at least and at most, concatenated tables included, and the size of physical addresses that the level needs.
/// </summary>
internal sealed class NaiveStage2Walker(Stage2Regime regime, Func<ulong, ulong?> read)
{
    // (granule, SL0) -> level, fewest and most bits of input, physical address size.
    private static readonly Dictionary<(int Granule, int Start), (int Level, int Fewest, int Most, int Physical)> Starts = new()
    {
        [(12, 0)] = (2, 22, 34, 0),
        [(12, 1)] = (1, 31, 43, 0),
        [(12, 2)] = (0, 40, 52, 44),
        [(12, 3)] = (3, 13, 25, 0),
        [(14, 0)] = (3, 15, 29, 0),
        [(14, 1)] = (2, 26, 40, 0),
        [(14, 2)] = (1, 37, 51, 42),
        [(16, 0)] = (3, 17, 33, 0),
        [(16, 1)] = (2, 30, 46, 0),
        [(16, 2)] = (1, 43, 59, 44),
    };

    private static readonly Dictionary<int, int[]> IndexBits = new()
    {
        [12] = [39, 30, 21, 12],
        [14] = [47, 36, 25, 14],
        [16] = [64, 42, 29, 16],
    };

    public string Translate(ulong address, AccessKind kind, bool privileged)
    {
        ulong vtcr = regime.Control;
        int size = 64 - (int)Field(vtcr, 0, 6);
        int granule = Field(vtcr, 14, 2) switch { 1 => 16, 2 when regime.HasGranule16K => 14, _ => 12 };
        int smallest = !regime.HasSmallTables ? 25 : granule == 16 ? 17 : 16;
        if ((granule, (int)Field(vtcr, 6, 2)) == (12, 3) && !regime.HasSmallTables)
        {
            return "t0";
        }

        if (!Starts.TryGetValue((granule, (int)Field(vtcr, 6, 2)), out (int Level, int Fewest, int Most, int Physical) start)
            || size < start.Fewest || size > start.Most || size < smallest || size > regime.PhysicalAddressBits || start.Physical > regime.PhysicalAddressBits)
        {
            return "t0";
        }

        if (Field(address, size, 64 - size) != 0)
        {
            return "t0";
        }

        int output = Math.Min(regime.PhysicalAddressBits, new[] { 32, 36, 40, 42, 44, 48, 48, 48 }[(int)Field(vtcr, 16, 3)]);
        int[] bits = IndexBits[granule];
        int level = start.Level;
        int width = size - bits[level];
        ulong table = Field(regime.TableBase, 0, 48) / (8UL << width) * (8UL << width);
        if (Field(table, output, 64 - output) != 0)
        {
            return "s0";
        }

        for (; ; level++)
        {
            if (read(table + (Field(address, bits[level], width) * 8)) is not { } descriptor)
            {
                return $"w{level}";
            }

            descriptor = regime.BigEndian ? BinaryPrimitives.ReverseEndianness(descriptor) : descriptor;
            ulong type = Field(descriptor, 0, 2);
            bool isBlockLevel = granule == 12 ? level is 1 or 2 : level == 2;
            bool isTable = type == 3 && level < 3;
            if (!isTable && !(type == 3 && level == 3) && !(type == 1 && isBlockLevel))
            {
                return $"t{level}";
            }

            int low = isTable ? granule : bits[level];
            ulong next = Field(descriptor, low, 48 - low) << low;
            if (Field(next, output, 64 - output) != 0)
            {
                return $"s{level}";
            }

            if (isTable)
            {
                table = next;
                width = granule - 3;
                continue;
            }

            bool managesAccess = Field(vtcr, 21, 1) != 0;
            bool managesDirty = managesAccess && Field(vtcr, 22, 1) != 0;
            if (Field(descriptor, 10, 1) == 0 && !managesAccess)
            {
                return $"a{level}";
            }

            bool mayRead = Field(descriptor, 6, 1) != 0;
            bool isWritableOnce = managesDirty && Field(descriptor, 51, 1) != 0;
            bool mayWrite = Field(descriptor, 7, 1) != 0 || (isWritableOnce && kind == AccessKind.Write);
            bool mayExecute = (regime.HasExecuteNeverByLevel, Field(descriptor, 53, 2)) switch
            {
                (_, 0) => true,
                (false, 1) => true,
                (true, 1) => !privileged,
                (true, 3) => privileged,
                _ => false,
            };
            if (!(kind == AccessKind.Read ? mayRead : kind == AccessKind.Write ? mayWrite : mayExecute))
            {
                return $"p{level}";
            }

            bool isDevice = Field(descriptor, 4, 2) == 0;
            return $"{next + Field(address, 0, low):x} ns {(isDevice ? "device" : "normal")} r{mayRead} w{mayWrite} {low}";
        }
    }

    private static ulong Field(ulong value, int low, int width) => width >= 64 ? value >> low : (value >> low) & ((1UL << width) - 1);
}
