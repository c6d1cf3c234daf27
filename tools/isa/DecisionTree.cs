using System.Diagnostics.CodeAnalysis;

namespace Emulator.IsaGenerator;

/// <summary>
/// How to find the row of a word: a node looks at a few bits and goes on with the rows that are possible then; a leaf tests the few
/// rows that are left one after the other.
/// </summary>
internal abstract record DecisionTree
{
    private const int MaximumWidth = 6;
    private const int MaximumTests = 8;

    /// <summary>Builds the tree for some rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="known">The bits that nodes above have looked at.</param>
    public static DecisionTree Build(IReadOnlyList<InstructionRow> rows, uint known = 0)
    {
        if (rows.Count > 1 && (TryFindCommonBits(rows, known, out int shift, out int width) || TryFindBestBit(rows, known, out shift, out width)))
        {
            uint mask = ((1u << width) - 1) << shift;
            var branches = new List<(uint Value, DecisionTree Tree)>();
            for (uint value = 0; value < 1u << width; value++)
            {
                var pattern = new BitPattern(mask, value << shift);
                InstructionRow[] possible = [.. rows.Where(row => row.Pattern.Intersects(pattern))];
                if (possible.Length > 0)
                {
                    branches.Add((value, Build(possible, known | mask)));
                }
            }

            return new Switch(shift, width, branches);
        }

        return new Tests(known, [.. rows.OrderByDescending(row => row.Pattern.Specificity)]);
    }

    /// <summary>The rows in the tree; a row that several branches lead to counts for each.</summary>
    public abstract int Count { get; }

    // The bits next to each other that all rows fix and that tell most of them apart; the fewest of them.
    private static bool TryFindCommonBits(IReadOnlyList<InstructionRow> rows, uint known, out int shift, out int width)
    {
        uint common = rows.Aggregate(~known, (mask, row) => mask & row.Pattern.Mask);
        (int values, shift, width) = (1, 0, 0);
        for (int w = 1; w <= MaximumWidth; w++)
        {
            for (int s = 32 - w; s >= 0; s--)
            {
                uint mask = ((1u << w) - 1) << s;
                if ((common & mask) == mask)
                {
                    int count = rows.Select(row => row.Pattern.Value & mask).Distinct().Count();
                    if (count > values)
                    {
                        (values, shift, width) = (count, s, w);
                    }
                }
            }
        }

        return width > 0;
    }

    // The bit that leaves the fewest rows possible on both sides taken together.
    private static bool TryFindBestBit(IReadOnlyList<InstructionRow> rows, uint known, out int shift, out int width)
    {
        (int fewest, shift, width) = (int.MaxValue, 0, 1);
        if (rows.Count <= MaximumTests)
        {
            return false;
        }

        for (int s = 31; s >= 0; s--)
        {
            int zeros = rows.Count(row => row.Pattern.Intersects(new BitPattern(1u << s, 0)));
            int ones = rows.Count(row => row.Pattern.Intersects(new BitPattern(1u << s, 1u << s)));
            int larger = Math.Max(zeros, ones);
            if ((known & (1u << s)) == 0 && larger < rows.Count && zeros + ones + larger < fewest)
            {
                (fewest, shift) = (zeros + ones + larger, s);
            }
        }

        return fewest != int.MaxValue;
    }

    /// <summary>A node.</summary>
    /// <param name="Shift">The lowest bit it looks at.</param>
    /// <param name="Width">How many bits it looks at.</param>
    /// <param name="Branches">Where to go on, by the value of these bits; other values are no row's.</param>
    [SuppressMessage("Naming", "CA1716:Identifiers should not match keywords", Justification = "It is what it becomes.")]
    internal sealed record Switch(int Shift, int Width, IReadOnlyList<(uint Value, DecisionTree Tree)> Branches) : DecisionTree
    {
        /// <inheritdoc/>
        public override int Count => Branches.Sum(branch => branch.Tree.Count);
    }

    /// <summary>A leaf.</summary>
    /// <param name="Known">The bits that the nodes above have looked at.</param>
    /// <param name="Rows">The rows to test, the most specific first.</param>
    internal sealed record Tests(uint Known, IReadOnlyList<InstructionRow> Rows) : DecisionTree
    {
        /// <inheritdoc/>
        public override int Count => Rows.Count;
    }
}
