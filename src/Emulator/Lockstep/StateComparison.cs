using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Lockstep;

/// <summary>What is compared of two CPUs, and where they differ.</summary>
internal static unsafe class StateComparison
{
    /// <summary>True when two CPUs are in the same state.</summary>
    public static bool AreEqual(Processor leader, Processor follower)
    {
        CpuState* a = leader.State;
        CpuState* b = follower.State;
        return a->Pc == b->Pc
            && a->Retired == b->Retired
            && new ReadOnlySpan<ulong>(a->X, CpuState.StackPointer + 1).SequenceEqual(new ReadOnlySpan<ulong>(b->X, CpuState.StackPointer + 1))
            && new ReadOnlySpan<ulong>(a->V, 64).SequenceEqual(new ReadOnlySpan<ulong>(b->V, 64))
            && leader.ArchitecturalProcessState == follower.ArchitecturalProcessState
            && a->FloatingPointControl == b->FloatingPointControl
            && a->FloatingPointStatus == b->FloatingPointStatus
            && a->ExclusiveSet == b->ExclusiveSet
            && (a->ExclusiveSet == 0 || (a->ExclusiveAddress == b->ExclusiveAddress && a->ExclusiveSize == b->ExclusiveSize))
            && leader.Wait == follower.Wait
            && StackPointersAreEqual(a, b)
            && leader.Registers.SequenceEqual(follower.Registers);
    }

    /// <summary>Everything that differs: its name, the leader's value, the follower's.</summary>
    public static IEnumerable<StateDifference> Differences(Processor leader, Processor follower)
    {
        List<StateDifference> differences = [];
        void Compare(string name, ulong left, ulong right)
        {
            if (left != right)
            {
                differences.Add(new StateDifference(name, $"0x{left:x16}", $"0x{right:x16}"));
            }
        }

        CpuState* a = leader.State;
        CpuState* b = follower.State;
        Compare("PC", a->Pc, b->Pc);
        Compare("count", (ulong)a->Retired, (ulong)b->Retired);
        Compare("PSTATE", leader.ArchitecturalProcessState, follower.ArchitecturalProcessState);
        for (int i = 0; i <= CpuState.StackPointer; i++)
        {
            Compare(i == CpuState.StackPointer ? "SP" : $"X{i}", a->X[i], b->X[i]);
        }

        for (int i = 0; i < 32; i++)
        {
            Compare($"V{i}.D[0]", a->V[2 * i], b->V[2 * i]);
            Compare($"V{i}.D[1]", a->V[(2 * i) + 1], b->V[(2 * i) + 1]);
        }

        Compare("FPCR", a->FloatingPointControl, b->FloatingPointControl);
        Compare("FPSR", a->FloatingPointStatus, b->FloatingPointStatus);
        if (!StackPointersAreEqual(a, b))
        {
            for (int i = 0; i < 4; i++)
            {
                Compare($"SP_EL{i}", a->StackPointers[i], b->StackPointers[i]);
            }
        }

        Compare("monitor set", (ulong)a->ExclusiveSet, (ulong)b->ExclusiveSet);
        if ((a->ExclusiveSet & b->ExclusiveSet) != 0)
        {
            Compare("monitor", a->ExclusiveAddress, b->ExclusiveAddress);
            Compare("monitor size", (ulong)a->ExclusiveSize, (ulong)b->ExclusiveSize);
        }

        for (int i = 0; i < leader.Registers.Length; i++)
        {
            Compare(((SystemRegisterSlot)i).ToString(), leader.Registers[i], follower.Registers[i]);
        }

        if (leader.Wait != follower.Wait)
        {
            differences.Add(new StateDifference("waits for", leader.Wait.ToString(), follower.Wait.ToString()));
        }

        return differences;
    }

    // The one in use is in X, its bank is stale.
    private static bool StackPointersAreEqual(CpuState* a, CpuState* b)
    {
        int current = a->StackPointerSelect == 0 ? 0 : a->ExceptionLevel;
        for (int i = 0; i < 4; i++)
        {
            if (i != current && a->StackPointers[i] != b->StackPointers[i])
            {
                return false;
            }
        }

        return true;
    }
}
