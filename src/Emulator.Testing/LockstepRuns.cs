namespace Emulator.Testing;

/// <summary>Lets tests that were written without a thought of it run in lockstep: a second engine follows each machine, and a test fails where the two differ.</summary>
public static class LockstepRuns
{
    /// <summary>The environment variable that names the engine to follow, for instance <c>interpreter</c>. Unset, nothing follows.</summary>
    public const string Variable = "EMULATOR_LOCKSTEP";

    /// <summary>True when the variable is set.</summary>
    internal static bool IsWanted => Engine is not null;

    private static string? Engine => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } engine ? engine : null;

    /// <summary>Adds the engine that <see cref="Variable"/> names, unless an engine or one to follow it was chosen. <see cref="MachineFixture.Start"/> does so.</summary>
    /// <param name="builder">What to build.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="EmulatorException">There is no engine of that name.</exception>
    public static MachineBuilder WithLockstepIfWanted(this MachineBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Engine is { } engine && builder.LeavesEnginesOpen ? builder.WithLockstep(CpuEngineFactory.Find(engine)) : builder;
    }
}
