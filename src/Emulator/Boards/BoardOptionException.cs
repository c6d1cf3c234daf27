namespace Emulator.Boards;

/// <summary>An option has a value that the board cannot have.</summary>
public sealed class BoardOptionException : EmulatorException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="option">Name of the property of <see cref="BoardOptions"/>, or <c>Board</c>.</param>
    /// <param name="problem">What is wrong and what values there are, to stand after the name.</param>
    public BoardOptionException(string option, string problem)
        : base($"{option} {problem}")
    {
        Option = option;
    }

    /// <summary>Name of the property of <see cref="BoardOptions"/>, or <c>Board</c>.</summary>
    public string Option { get; }
}
