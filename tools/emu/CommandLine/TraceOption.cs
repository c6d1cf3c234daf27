using Emulator.Tool.Running;

namespace Emulator.Tool.CommandLine;

/// <summary>Reads <c>--trace FILE[,virtual]</c>.</summary>
internal static class TraceOption
{
    private const string WithoutHostTime = ",virtual";

    /// <summary>Reads where the timeline goes to.</summary>
    /// <param name="text">What was given.</param>
    /// <exception cref="UsageException">There is no file.</exception>
    public static TraceSettings Read(string text)
    {
        bool hasHostTime = !text.EndsWith(WithoutHostTime, StringComparison.Ordinal);
        string file = hasHostTime ? text : text[..^WithoutHostTime.Length];
        return file.Length > 0 ? new TraceSettings(file, hasHostTime) : throw new UsageException("--trace: a file name is missing");
    }
}
