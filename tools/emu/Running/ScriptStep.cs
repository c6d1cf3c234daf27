using System.Text.RegularExpressions;

namespace Emulator.Tool.Running;

/// <summary>One step of a script for the first UART: text to wait for, or text to send.</summary>
/// <param name="Expected">What to wait for, or null.</param>
/// <param name="Sent">What to send when nothing is waited for; escapes are replaced.</param>
internal sealed record ScriptStep(Regex? Expected, string Sent)
{
    /// <summary>A step that waits.</summary>
    public static ScriptStep Expect(Regex pattern) => new(pattern, "");

    /// <summary>A step that sends.</summary>
    public static ScriptStep Send(string text) => new(null, text);
}
