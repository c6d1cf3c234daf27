using System.Runtime.InteropServices;

namespace Emulator.InteropTests.Oracle;

/// <summary>What is not alike in two results.</summary>
internal static class Comparison
{
    /// <summary>True when all that the architecture defines is alike.</summary>
    public static bool AreEqual(OracleResult ours, OracleResult theirs)
    {
        ReadOnlySpan<byte> mine = MemoryMarshal.AsBytes(new ReadOnlySpan<RegisterFile>(ref ours.Registers));
        ReadOnlySpan<byte> others = MemoryMarshal.AsBytes(new ReadOnlySpan<RegisterFile>(ref theirs.Registers));
        return (ours.Outcome == theirs.Outcome && mine.SequenceEqual(others) && ours.Data.AsSpan().SequenceEqual(theirs.Data))
            || !Differences(ours, theirs, "", "").Any();
    }

    /// <summary>The differences, a line each.</summary>
    public static IEnumerable<string> Differences(OracleResult ours, OracleResult theirs, string name, string otherName)
    {
        if (ours.Outcome != theirs.Outcome)
        {
            yield return $"outcome: {name} {ours.Outcome}, {otherName} {theirs.Outcome}";
        }

        RegisterFile mine = ours.Registers;
        RegisterFile others = theirs.Registers;
        if (ours.Outcome != OracleOutcome.Completed)
        {
            // The engines leave PC at different places; where the exception was taken from is in the outcome.
            mine.Pc = others.Pc = 0;
        }

        foreach (string line in mine.Differences(others, name, otherName))
        {
            yield return line;
        }

        int at = ours.Data.AsSpan().CommonPrefixLength(theirs.Data);
        if (at < ours.Data.Length)
        {
            int length = Math.Min(16, ours.Data.Length - at);
            yield return $"data at {OracleLayout.Data + (ulong)at:x}: {name} {Convert.ToHexStringLower(ours.Data, at, length)}, "
                + $"{otherName} {Convert.ToHexStringLower(theirs.Data, at, length)}";
        }
    }

    /// <summary>
    /// Makes alike what the architecture leaves UNKNOWN after a Data Abort: what a store has written of its own bytes, and the vectors that a load should have
    /// filled. (Ours leaves the vectors as they were, so that only the other side's are taken back.)
    /// </summary>
    public static void DropUnknown(OracleCase testCase, OracleResult ours, OracleResult theirs)
    {
        if (ours.Outcome != OracleOutcome.DataAbort || theirs.Outcome != OracleOutcome.DataAbort)
        {
            return;
        }

        if (MemoryOperand.Of(testCase.Row) is { } operand)
        {
            ulong start = testCase.Registers.Base(testCase.Field("Rn")) + operand.Offset(testCase) - OracleLayout.Data;
            for (ulong i = 0; i < operand.Size(testCase); i++)
            {
                if (start + i < OracleLayout.DataLength)
                {
                    ours.Data[start + i] = theirs.Data[start + i] = testCase.Data[start + i];
                }
            }

            RestoreVectors(testCase, theirs);
        }
    }

    private static unsafe void RestoreVectors(OracleCase testCase, OracleResult result)
    {
        if (!testCase.Row.Name.StartsWith("Load", StringComparison.Ordinal))
        {
            return;
        }

        for (uint i = 0; i < 4; i++)
        {
            Restore(testCase.Field("Rt") + i);
        }

        Restore(testCase.Field("Rt2"));

        void Restore(uint register)
        {
            uint index = 2 * (register & 31);
            result.Registers.V[index] = testCase.Registers.V[index];
            result.Registers.V[index + 1] = testCase.Registers.V[index + 1];
        }
    }
}
