namespace Emulator.Tool.Reporting;

/// <summary>What a trace tells of a device.</summary>
/// <param name="name">The device's name.</param>
internal sealed class DeviceActivity(string name)
{
    /// <summary>The device's name.</summary>
    public string Name { get; } = name;

    /// <summary>Its requests, by queue and type.</summary>
    public SortedDictionary<(int Queue, string Type), RequestFigures> Requests { get; } = [];

    /// <summary>What happened besides, and how often.</summary>
    public SortedDictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Bytes by the time of their request's completion.</summary>
    public TimeBins Bytes { get; } = new();

    /// <summary>Requests by the time of their completion.</summary>
    public TimeBins Completions { get; } = new();

    /// <summary>Time that requests were on their way.</summary>
    public TimeBins Waiting { get; } = new();

    /// <summary>Counts something.</summary>
    public void Count(string what) => Counts[what] = Counts.GetValueOrDefault(what) + 1;

    /// <summary>Counts a request.</summary>
    public void Add(in TracedRequest request)
    {
        if (!Requests.TryGetValue((request.Queue, request.Type), out RequestFigures? figures))
        {
            figures = new RequestFigures();
            Requests.Add((request.Queue, request.Type), figures);
        }

        figures.Add(request);
        Bytes.Add(request.Completed, request.BytesRead + request.BytesWritten);
        Completions.Add(request.Completed, 1);
        Waiting.AddSpan(request.Announced, request.Completed);
    }
}
