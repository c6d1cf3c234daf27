namespace Emulator.Interrupts;

/// <content>Acknowledging interrupts, and their end.</content>
public sealed partial class GicCpuInterface
{
    // CheckGroup0ForSpecialIdentifiers: EL3 learns of a pending Group 1 interrupt by its security state, other levels of nothing.
    private int HighestPending0(in SystemRegisterAccess access)
    {
        uint key = _selector.Best;
        if (key == GicPendingSelector.None)
        {
            return GicIntId.Spurious;
        }

        GicGroups group = GicPendingSelector.GroupOf(key);
        if (group != GicGroups.Group0)
        {
            bool visible = access.ExceptionLevel == 3 && !_distributor.SecurityDisabled;
            return !visible ? GicIntId.Spurious : group == GicGroups.SecureGroup1 ? GicIntId.SecurePending : GicIntId.NonSecurePending;
        }

        return IsSecure(access) || _distributor.SecurityDisabled ? GicPendingSelector.IntIdOf(key) : GicIntId.Spurious;
    }

    // CheckGroup1ForSpecialIdentifiers: each security state sees its own Group 1, EL3 both.
    private int HighestPending1(in SystemRegisterAccess access)
    {
        uint key = _selector.Best;
        if (key == GicPendingSelector.None)
        {
            return GicIntId.Spurious;
        }

        bool visible = GicPendingSelector.GroupOf(key) switch
        {
            GicGroups.Group0 => false,
            GicGroups.SecureGroup1 => IsSecure(access),
            _ => _distributor.SecurityDisabled || access.ExceptionLevel == 3 || !IsSecure(access),
        };
        return visible ? GicPendingSelector.IntIdOf(key) : GicIntId.Spurious;
    }

    private int Acknowledge(int id)
    {
        if (!CanSignal(_selector.Best))
        {
            return GicIntId.Spurious;
        }

        return id is >= GicIntId.SecurePending and <= GicIntId.Spurious ? id : AcknowledgeBest();
    }

    private void EndOfInterrupt(in SystemRegisterAccess access, int id, bool isGroup0)
    {
        if (!Exists(id) && !IsLpi(id))
        {
            return;
        }

        bool secure = IsSecure(access);
        GicGroups group = HighestActiveGroup();
        bool mine = group switch
        {
            GicGroups.Group0 => isGroup0 && (secure || _distributor.SecurityDisabled),
            GicGroups.SecureGroup1 => !isGroup0 && secure,
            GicGroups.NonSecureGroup1 => !isGroup0 && (_distributor.SecurityDisabled || access.ExceptionLevel == 3 || !secure),
            _ => false,
        };
        if (!mine)
        {
            return;
        }

        ActivePrioritiesOf(group).DropHighest();
        _runningPriority = FindRunningPriority();
        if (!IsEoiSplit(access) && Exists(id) && MayDeactivate(id, secure))
        {
            BankOf(id).Deactivate(id % 32);
        }

        UpdateOutputs();
    }

    private bool IsEoiSplit(in SystemRegisterAccess access) =>
        access.ExceptionLevel == 3 ? _eoiModeEl3 : (_control[BankOf(access)] & EoiMode) != 0;

    // LPIs have no active state. Non-secure software cannot end an interrupt that it cannot see.
    private bool MayDeactivate(int id, bool secure) =>
        secure || _distributor.SecurityDisabled || BankOf(id).GroupOf(id % 32, false) == GicGroups.NonSecureGroup1;

    // ICC_DIR_EL1 works for the interrupts that the level would be sent, and only while EOImode splits the two steps.
    private void Deactivate(in SystemRegisterAccess access, int id)
    {
        if (!IsEoiSplit(access) || !Exists(id))
        {
            return;
        }

        bool securityDisabled = _distributor.SecurityDisabled;
        bool secure = IsSecure(access);
        if (access.ExceptionLevel < 3)
        {
            GicGroups group = BankOf(id).GroupOf(id % 32, securityDisabled);
            bool toEl3 = _hasEl3 && (access.SecureConfiguration & (group == GicGroups.Group0 ? ScrFiq : ScrIrq)) != 0;
            bool permitted = !toEl3 && group switch
            {
                GicGroups.Group0 => secure || securityDisabled,
                GicGroups.SecureGroup1 => secure,
                _ => true,
            };
            if (!permitted)
            {
                return;
            }
        }

        BankOf(id).Deactivate(id % 32);
    }
}
