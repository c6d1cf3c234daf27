using System.Runtime.CompilerServices;

namespace Emulator.Cpu.FastForward;

/// <summary>
/// Notices cheaply that a CPU may be polling: the same instruction reads the counter or a device again and again, within a short distance, and nothing that has an
/// effect outside of the CPU and memory happens between. It only guesses; nothing that a guest can see depends on it.
/// </summary>
internal sealed unsafe class PollDetector
{
    private const int Slots = 64;

    // Longer iterations are not taken for polling, unless they contain shorter ones.
    private const long LongestIteration = 4096;
    private const int SmallestThreshold = 8;
    private const int LargestThreshold = 1 << 17;

    private readonly Candidate[] _candidates = new Candidate[Slots];

    // Grows while nothing is worth it: a guest that reads the clock at every turn, but does not wait.
    private long _caution = SmallestThreshold;
    private int _effects;
    private long _pollsSinceEffect;
    private int _found = -1;

    /// <summary>True when a loop was found that may be worth a look. The engine has been asked to leave.</summary>
    public bool HasFound => _found >= 0;

    /// <summary>True while nobody wants to hear of loops.</summary>
    public bool IsSuspended { get; set; }

    /// <summary>Readings of the counter that need not be noted one by one: few enough that no loop is found much later for it.</summary>
    public long Unseen => (_caution / SmallestThreshold) - 1;

    /// <summary>The instruction at PC reads the counter, or a device. Counts and PC are exact.</summary>
    /// <param name="state">The CPU.</param>
    /// <param name="readings">How many readings this one stands for.</param>
    public void NotePoll(CpuState* state, long readings = 1)
    {
        // Most accesses are by drivers that do something with each. Fewer than any threshold are none of a loop that polls.
        if (_pollsSinceEffect < SmallestThreshold - 1)
        {
            _pollsSinceEffect += readings;
        }
        else if (!IsSuspended)
        {
            Follow(state, readings);
        }
    }

    /// <summary>Something was written to a device: what polls before and after is not one loop.</summary>
    public void NoteEffect()
    {
        _effects++;
        _pollsSinceEffect = 0;
    }

    /// <summary>Tells what has become of the loop that was found.</summary>
    /// <param name="worthwhile">False to be less eager there from now on.</param>
    public void Conclude(bool worthwhile)
    {
        ref Candidate candidate = ref _candidates[_found];
        candidate.Threshold = worthwhile ? SmallestThreshold : Math.Min(candidate.Threshold * 2, LargestThreshold);
        _caution = worthwhile ? SmallestThreshold : Math.Min(_caution * 2, LargestThreshold);
        _found = -1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Follow(CpuState* state, long readings)
    {
        ulong key = (state->Pc >> 2) ^ (state->X[30] >> 2) ^ (state->X[CpuState.StackPointer] >> 4);
        int index = (int)((key * 0x9e37_79b9_7f4a_7c15) >> 58);
        ref Candidate candidate = ref _candidates[index];
        if (candidate.Pc != state->Pc || candidate.Link != state->X[30] || candidate.Stack != state->X[CpuState.StackPointer])
        {
            candidate = new Candidate
            {
                Pc = state->Pc,
                Link = state->X[30],
                Stack = state->X[CpuState.StackPointer],
                Threshold = SmallestThreshold,
            };
        }

        bool goesOn = candidate.Effects == _effects && state->Retired - candidate.LastSeen <= LongestIteration * readings;
        candidate.Visits = goesOn ? candidate.Visits + readings : 1;
        candidate.Effects = _effects;
        candidate.LastSeen = state->Retired;
        if (candidate.Visits >= Math.Max(candidate.Threshold, _caution))
        {
            candidate.Visits = 0;
            _found = index;
            state->ExitRequest = 1;
        }
    }

    private struct Candidate
    {
        public ulong Pc;
        public ulong Link;
        public ulong Stack;
        public long LastSeen;
        public int Effects;
        public long Visits;
        public long Threshold;
    }
}
