using System.Diagnostics;
using System.Runtime.InteropServices;
using Emulator.Cpu.Isa;
using Emulator.Testing;

namespace Emulator.InteropTests.Oracle;

/// <summary>
/// The CPU <c>max</c> of <c>qemu-aarch64</c>, which executes what the guest <c>guest-images/executor</c> is fed with. It knows the user's view alone, but later
/// architectures than libunicorn. Cases go in batches, as a turn around the pipe costs more than a case.
/// </summary>
internal sealed unsafe class QemuUserSubject : IBatchSubject
{
    /// <summary>The most cases in a batch. Their slots must be different ones.</summary>
    public const int MaximumCases = 16_384;

    private const string Program = "qemu-aarch64";
    private const string Version = "7.2";
    private const string Hint = "install the package qemu-user";

    // Vectors longer than 128 bits would only cost time: no CPU here has them.
    private const string Model = "max,sve=off,sme=off";

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly Stream _cases;
    private readonly Stream _results;
    private readonly Case[] _sent = new Case[MaximumCases];
    private readonly Result[] _received = new Result[MaximumCases];
    private readonly List<OracleCase> _single = [];
    private byte[]? _data;
    private int _count;

    public QemuUserSubject()
    {
        var start = new ProcessStartInfo(Program, ["-cpu", Model, Repository.PathOf("guest-images", "executor", "executor.elf")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
        _cases = _process.StandardInput.BaseStream;
        _results = _process.StandardOutput.BaseStream;
    }

    /// <inheritdoc/>
    public string Name => "qemu-aarch64";

    /// <summary>Ends the test when the program is not there, or another version than the one that is known here.</summary>
    public static void Require()
    {
        Peer.RequireProgram(Program, Hint);
        using Process process = Process.Start(new ProcessStartInfo(Program, "--version") { RedirectStandardOutput = true })!;
        string found = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (!found.Contains($"version {Version}", StringComparison.Ordinal))
        {
            Peer.Missing($"{Program} {Version} (found: {found.Split('\n')[0]}); {Hint}");
        }
    }

    /// <inheritdoc/>
    public void Execute(OracleCase testCase, OracleResult result)
    {
        _single.Clear();
        _single.Add(testCase);
        Send(_single);
        Receive();
        Take(0, testCase, result);
    }

    /// <inheritdoc/>
    public void Send(IReadOnlyList<OracleCase> batch)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.Count, MaximumCases);
        for (int i = 0; i < batch.Count; i++)
        {
            OracleCase testCase = batch[i];
            ref Case next = ref _sent[i];
            next.Before = testCase.Registers;
            next.Before.Pc = testCase.Address;
            next.WordCount = (uint)testCase.Words.Length;
            testCase.Words.CopyTo(MemoryMarshal.CreateSpan(ref next.Words[0], OracleLayout.SlotLength / sizeof(uint)));
            next.UsesData = UsesData(testCase.Row) ? 1u : 0;
        }

        _count = batch.Count;
        bool hasData = _count > 0 && !ReferenceEquals(_data, batch[0].Data);
        Write<ulong>([(ulong)_count, hasData ? 1UL : 0]);
        if (hasData)
        {
            _data = batch[0].Data;
            Write<byte>(_data);
        }

        Write<Case>(_sent.AsSpan(0, _count));
        _cases.Flush();
    }

    /// <inheritdoc/>
    public void Receive()
    {
        try
        {
            _results.ReadExactly(MemoryMarshal.AsBytes(_received.AsSpan(0, _count)));
        }
        catch (EndOfStreamException)
        {
            throw Ended();
        }
    }

    /// <inheritdoc/>
    public void Take(int index, OracleCase testCase, OracleResult result)
    {
        ref Result received = ref _received[index];
        result.Registers = received.After;
        bool isInSlot = received.After.Pc - testCase.Address < OracleLayout.SlotLength;
        result.Outcome = received.Signal switch
        {
            Signal.None => OracleOutcome.Completed,
            Signal.IllegalInstruction => OracleOutcome.Undefined,
            Signal.Trap when isInSlot => OracleOutcome.Breakpoint,
            Signal.BusError or Signal.SegmentationFault when isInSlot => OracleOutcome.DataAbort,

            // The fetch behind a branch into nothing: the branch itself is done.
            Signal.SegmentationFault => OracleOutcome.Completed,
            _ => OracleOutcome.Other,
        };
        testCase.Data.CopyTo(result.Data, 0);
        if (received.ChangedLength > Result.LongestChange)
        {
            result.Outcome = OracleOutcome.Other;
        }
        else
        {
            MemoryMarshal.CreateReadOnlySpan(ref received.Changed[0], (int)received.ChangedLength).CopyTo(result.Data.AsSpan((int)received.ChangedAt));
        }
    }

    public void Dispose()
    {
        try
        {
            // The end of its input is the end of the guest.
            _cases.Dispose();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        _process.WaitForExit();
        _process.Dispose();
    }

    private static bool UsesData(A64Row row) => row.Group is A64Group.LoadStore || row.Name.Contains("Structure", StringComparison.Ordinal);

    private void Write<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        try
        {
            _cases.Write(MemoryMarshal.AsBytes(values));
        }
        catch (IOException)
        {
            throw Ended();
        }
    }

    private InvalidOperationException Ended()
    {
        _process.WaitForExit();
        return new InvalidOperationException($"{Program} has ended with {_process.ExitCode}: {_errors.Result}");
    }

    private enum Signal : uint
    {
        None = 0,
        IllegalInstruction = 4,
        Trap = 5,
        BusError = 7,
        SegmentationFault = 11,
    }

    // As in executor.c.
    [StructLayout(LayoutKind.Sequential)]
    private struct Case
    {
        public RegisterFile Before;
        public fixed uint Words[OracleLayout.SlotLength / sizeof(uint)];
        public uint WordCount;
        public uint UsesData;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Result
    {
        public const int LongestChange = 128;

        public RegisterFile After;
        public Signal Signal;
        public uint ChangedAt;
        public uint ChangedLength;
        public uint Reserved;
        public fixed byte Changed[LongestChange];
    }
}
