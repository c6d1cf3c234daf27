using Emulator.Cpu;
using Emulator.Cpu.Features;
using Emulator.Cpu.System;
using Emulator.Cpu.Translator;
using Emulator.Tests.Cpu.System;
using NUnit.Framework;

namespace Emulator.Tests.Cpu.Translator;

/// <summary>Two CPUs with the same memory contents, one interpreted, one translated.</summary>
internal sealed unsafe class TranslatorWorld : IDisposable
{
    public const ulong Data = CpuWorld.RamBase + 0x8_0000;

    private readonly TranslationEngine _engine;

    public TranslatorWorld(int threshold = 1, int cacheSize = 1 << 20, string cpu = "cortex-a57", bool enters = true, int regionThreshold = 1, int leastRegionGain = 1)
    {
        CpuModel model = CpuModel.Find(cpu)!;
        Interpreted = new CpuWorld(model);
        Translated = new CpuWorld(model);
        if (TranslationEngine.TryCreate(new TranslationOptions { CacheSize = cacheSize, Threshold = threshold, RegionThreshold = regionThreshold, LeastRegionGain = leastRegionGain }) is not { } engine)
        {
            Assert.Ignore("no translator on this host");
            throw new InvalidOperationException();
        }

        _engine = engine;
        foreach (CpuWorld world in Both)
        {
            // Exceptions at EL1 go on behind the instruction.
            ulong vector = world[SystemRegisterSlot.VbarEl1] + 0x200;
            world.Write(vector, 0xd538_4039, 0x9100_1339, 0xd518_4039, A64.Eret);
            world[SystemRegisterSlot.CpacrEl1] = 3UL << 20;
            world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.PermitKeys | HypervisorConfiguration.PermitPointerAuthentication;
            world[SystemRegisterSlot.ScrEl3] |= SecureConfiguration.PermitKeys | SecureConfiguration.PermitPointerAuthentication;
            if (model.Has(CpuFeature.PAuth))
            {
                world[SystemRegisterSlot.SctlrEl1] |= SystemControl.EnableKeys;
            }

            if (enters)
            {
                _ = world.Enter(1);
            }
        }
    }

    public CpuWorld Interpreted { get; }

    public CpuWorld Translated { get; }

    public TranslationStatistics Statistics => _engine.Statistics;

    public int Constants => _engine.Constants;

    public long Untranslated => _engine.Untranslated;

    public IEnumerable<CpuWorld> Both => [Interpreted, Translated];

    public void ForBoth(Action<CpuWorld> action)
    {
        action(Interpreted);
        action(Translated);
    }

    /// <summary>Runs both so many instructions.</summary>
    public void Run(long count)
    {
        Interpreted.Run(count);
        RunTranslated(count);
    }

    /// <summary>Runs only one of both.</summary>
    public void RunTranslated(long count)
    {
        Translated.State->ExitRequest = 0;
        _engine.Run(Translated.Cpu, Translated.State->Retired + count);
    }

    /// <summary>Runs both so many, looking at interrupts as a machine does.</summary>
    public void RunWithInterrupts(long count)
    {
        Interpreted.RunWithInterrupts(count);
        CpuState* state = Translated.State;
        long limit = state->Retired + count;
        while (state->Retired < limit && Translated.Cpu.Wait == WaitKind.None)
        {
            state->ExitRequest = 0;
            if (!Translated.Cpu.TakePendingInterrupt())
            {
                _engine.Run(Translated.Cpu, limit);
            }
        }
    }

    /// <summary>All that a guest can see of both is the same.</summary>
    public void AssertSame(Func<string> describe)
    {
        CpuState* one = Interpreted.State;
        CpuState* other = Translated.State;
        var differences = new List<string>();
        Compare("retired", (ulong)one->Retired, (ulong)other->Retired);
        Compare("PC", one->Pc, other->Pc);
        Compare("NZCV", one->GetFlags(), other->GetFlags());
        for (int i = 0; i <= CpuState.StackPointer; i++)
        {
            Compare($"X{i}", one->X[i], other->X[i]);
        }

        Compare("zero", 0, other->X[CpuState.Zero]);
        for (int i = 0; i < 64; i++)
        {
            Compare($"V{i / 2}[{i % 2}]", one->V[i], other->V[i]);
        }

        Compare("monitor", (ulong)one->ExclusiveSet, (ulong)other->ExclusiveSet);
        Compare("monitor's size", (ulong)one->ExclusiveSize, (ulong)other->ExclusiveSize);
        Compare("monitor's address", one->ExclusiveAddress, other->ExclusiveAddress);
        Compare("BTYPE", (ulong)one->BranchType, (ulong)other->BranchType);
        Compare("BTYPE of the target", (ulong)one->BranchTypeOfTarget, (ulong)other->BranchTypeOfTarget);
        Compare("its count", (ulong)one->BranchRetired, (ulong)other->BranchRetired);
        Compare("FPSR", one->FloatingPointStatus, other->FloatingPointStatus);
        for (int i = 0; i < (int)SystemRegisterSlot.Count; i++)
        {
            Compare(((SystemRegisterSlot)i).ToString(), Interpreted[(SystemRegisterSlot)i], Translated[(SystemRegisterSlot)i]);
        }

        Compare("PSTATE", Interpreted.Cpu.GetProcessState(), Translated.Cpu.GetProcessState());
        for (int i = 0; i < 4; i++)
        {
            Compare($"SP_EL{i}", one->StackPointers[i], other->StackPointers[i]);
        }

        const int length = 0x1_0000;
        var mine = new ReadOnlySpan<byte>(Interpreted.Ram.Pointer + (Data - CpuWorld.RamBase) - (length / 2), length);
        var others = new ReadOnlySpan<byte>(Translated.Ram.Pointer + (Data - CpuWorld.RamBase) - (length / 2), length);
        int at = mine.CommonPrefixLength(others);
        if (at < length)
        {
            Compare($"memory at data{at - (length / 2):+0;-0}", mine[at], others[at]);
        }

        if (differences.Count > 0)
        {
            Assert.Fail($"{string.Join(", ", differences)}\n{describe()}");
        }

        void Compare(string name, ulong expected, ulong actual)
        {
            if (expected != actual)
            {
                differences.Add($"{name} {expected:x} became {actual:x}");
            }
        }
    }

    public void Dispose()
    {
        _engine.Dispose();
        Interpreted.Dispose();
        Translated.Dispose();
    }
}
