using Emulator.Interrupts;

namespace Emulator.Lockstep;

/// <summary>A bank of the leader whose accesses are noted.</summary>
internal sealed class RecordingBank(ISystemRegisterBank bank, int cpu, LeaderLog log) : ISystemRegisterBank
{
    /// <inheritdoc/>
    public SystemRegisterResult Read(in SystemRegisterAccess access, out ulong value)
    {
        SystemRegisterResult result = bank.Read(access, out value);
        if (result != SystemRegisterResult.NotHere)
        {
            log.Add(new LeaderEvent(LeaderEventKind.RegisterRead, cpu, access.Register, Value: value, Outcome: (int)result));
        }

        return result;
    }

    /// <inheritdoc/>
    public SystemRegisterResult Write(in SystemRegisterAccess access, ulong value)
    {
        SystemRegisterResult result = bank.Write(access, value);
        if (result != SystemRegisterResult.NotHere)
        {
            log.Add(new LeaderEvent(LeaderEventKind.RegisterWrite, cpu, access.Register, Value: value, Outcome: (int)result));
        }

        return result;
    }
}
