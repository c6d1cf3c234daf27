namespace Emulator.Cpu.FastForward;

/// <summary>Instructions as they were executed one after the other, the loops that were recognised in them, and the places where more may begin.</summary>
internal sealed class Trace
{
    /// <summary>Steps that a trace can hold.</summary>
    public const int Capacity = 1 << 16;

    private const int LargestAnchors = 4096;

    // What is kept from trace to trace: as much as one has that is given up without success, of which there may be many in a row.
    private const int KeptSteps = 8192;
    private const int KeptAnchors = 512;

    private readonly List<FoldedLoop> _loops = [];
    private TraceAnchor[] _anchors = new TraceAnchor[16];

    /// <summary>The steps; more than there are.</summary>
    public TraceStep[] Steps { get; private set; } = new TraceStep[256];

    /// <summary>Number of steps.</summary>
    public int Count { get; private set; }

    /// <summary>Places where an iteration may have begun, in order.</summary>
    public Span<TraceAnchor> Anchors => _anchors.AsSpan(0, AnchorCount);

    /// <summary>True when no more fits.</summary>
    public bool IsFull => Count == Capacity || AnchorCount == LargestAnchors;

    private int AnchorCount { get; set; }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Count = 0;
        AnchorCount = 0;
        _loops.Clear();
    }

    /// <summary>Gives back memory that only long traces need.</summary>
    public void Trim()
    {
        Clear();
        if (Steps.Length > KeptSteps)
        {
            Steps = new TraceStep[256];
        }

        if (_anchors.Length > KeptAnchors)
        {
            _anchors = new TraceAnchor[16];
        }
    }

    /// <summary>Makes room for one more step.</summary>
    public ref TraceStep Next()
    {
        if (Count == Steps.Length)
        {
            TraceStep[] steps = Steps;
            Array.Resize(ref steps, steps.Length * 2);
            Steps = steps;
        }

        return ref Steps[Count];
    }

    /// <summary>Keeps the step that <see cref="Next"/> gave.</summary>
    public void Add() => Count++;

    /// <summary>Adds the present place.</summary>
    public ref TraceAnchor AddAnchor()
    {
        if (AnchorCount == _anchors.Length)
        {
            Array.Resize(ref _anchors, _anchors.Length * 2);
        }

        ref TraceAnchor anchor = ref _anchors[AnchorCount++];
        anchor.Step = Count;
        return ref anchor;
    }

    /// <summary>The loops recognised from a step on, which no other loop holds.</summary>
    public FoldedLoop[] LoopsFrom(int step) => [.. _loops.Where(l => l.Start >= step)];

    /// <summary>Adds a loop that ends here. It takes in those within it, and no iteration of another can begin there any more.</summary>
    public void Add(FoldedLoop loop)
    {
        _loops.RemoveAll(l => l.Start >= loop.Start);
        _loops.Add(loop);
        while (AnchorCount > 0 && _anchors[AnchorCount - 1].Step >= loop.Start)
        {
            AnchorCount--;
        }
    }
}
