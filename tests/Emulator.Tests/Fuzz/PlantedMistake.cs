namespace Emulator.Tests.Fuzz;

/// <summary>What is wrong with a <see cref="MistakenDevice"/>.</summary>
public enum PlantedMistake
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It takes a length from a request for granted.</summary>
    TrustsALength,

    /// <summary>It divides by what a request says.</summary>
    DividesByZero,

    /// <summary>It remembers something that it does not save, and answers by it.</summary>
    ForgetsState,

    /// <summary>It saves something, and does not load it.</summary>
    LoadsTooLittle,

    /// <summary>It tells that it has written more than there is room for.</summary>
    TellsTooMuch,

    /// <summary>A reset leaves its table too small for what comes then.</summary>
    BreaksAtAReset,
}
