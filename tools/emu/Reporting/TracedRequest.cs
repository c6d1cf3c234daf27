namespace Emulator.Tool.Reporting;

/// <summary>A request as a trace tells of it. Times are nanoseconds.</summary>
internal readonly record struct TracedRequest(int Queue, string Type, long Announced, long Completed, long BytesRead, long BytesWritten, long? HostNanoseconds);
