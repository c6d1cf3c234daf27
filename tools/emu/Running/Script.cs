using System.Text.RegularExpressions;
using Emulator.Testing;

namespace Emulator.Tool.Running;

/// <summary>Takes a machine's console through the steps of a script, one after the other.</summary>
internal sealed class Script
{
    private readonly IReadOnlyList<ScriptStep> _steps;
    private readonly Machine _machine;
    private readonly TimeProvider _time;
    private ConsoleMatcher? _matcher;
    private int _next;

    /// <summary>Starts the script: what stands before its first <c>--expect</c> is sent.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="machine">The machine, not yet run.</param>
    /// <param name="time">The host's time.</param>
    public Script(IReadOnlyList<ScriptStep> steps, Machine machine, TimeProvider time)
    {
        _steps = steps;
        _machine = machine;
        _time = time;
        machine.Console.ByteReceived += OnByte;
        Advance();
    }

    /// <summary>What is being waited for, or null.</summary>
    public Regex? Pending => _matcher?.Pattern;

    /// <summary>When, by the host's time stamps, the first pattern was met; null before.</summary>
    public long? FirstMet { get; private set; }

    /// <summary>True when the last step was to wait and that has been met: the run is over.</summary>
    public bool IsComplete => _next == _steps.Count && _matcher is null && _steps is [.., { Expected: not null }];

    /// <summary>Goes on after a run has ended: a pattern that was met gives way to the steps after it.</summary>
    /// <returns>True when a pattern had been met.</returns>
    public bool Continue()
    {
        if (_matcher?.Match is null)
        {
            return false;
        }

        _machine.Mark($"expected: {_matcher.Pattern}");
        _matcher = null;
        Advance();
        return true;
    }

    private void Advance()
    {
        while (_next < _steps.Count && _matcher is null)
        {
            ScriptStep step = _steps[_next++];
            if (step.Expected is { } pattern)
            {
                _matcher = new ConsoleMatcher(pattern);
            }
            else
            {
                _machine.Console.Send(step.Sent);
            }
        }
    }

    private void OnByte(byte value)
    {
        if (_matcher is { Match: null } matcher && matcher.Append(value))
        {
            FirstMet ??= _time.GetTimestamp();
            _machine.RequestStop();
        }
    }
}
