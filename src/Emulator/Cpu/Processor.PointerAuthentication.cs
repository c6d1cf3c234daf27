using Emulator.Cpu.Features;
using Emulator.Cpu.PointerAuthentication;
using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>Pointer authentication (FEAT_PAuth, Arm ARM D5.1.5): with QARMA5, and as on QEMU 7.2 without FEAT_EPAC, FEAT_PAuth2 and FEAT_FPAC.</summary>
internal sealed unsafe partial class Processor
{
    // More than keys are in use at a time; then all are numbered anew.
    private const int MaximumPointerSettings = 1024;

    private readonly Dictionary<PointerSettings, long> _pointerSettings = [];
    private long _lastPointerSettings;

    /// <summary>Adds a code to a pointer, if the key is on.</summary>
    /// <returns>False when an exception was taken; counts and PC must be exact.</returns>
    internal bool AddPointerCode(PointerKey key, ref ulong pointer, ulong modifier)
    {
        bool isOn = IsKeyOn(key);
        if (isOn && TakePointerAuthenticationTrap())
        {
            return false;
        }

        PointerCodeEntry* entry = _storage.PointerCodes + PointerCodeEntry.IndexOf(pointer, modifier);
        if (!TryRecall(entry, key, isOn, ref pointer, modifier) && isOn)
        {
            entry->Result = pointer = ComputePointer(key, pointer, modifier);
        }

        return true;
    }

    /// <summary>Checks and takes off the code of a pointer, if the key is on.</summary>
    /// <returns>False when an exception was taken; counts and PC must be exact.</returns>
    internal bool AuthenticatePointer(PointerKey key, ref ulong pointer, ulong modifier)
    {
        bool isOn = IsKeyOn(key);
        if (isOn && TakePointerAuthenticationTrap())
        {
            return false;
        }

        PointerCodeEntry* entry = _storage.PointerCodes + PointerCodeEntry.Count + PointerCodeEntry.IndexOf(pointer, modifier);
        if (!TryRecall(entry, key, isOn, ref pointer, modifier) && isOn)
        {
            (ulong high, ulong low) = KeyOf(key);
            bool isKeyB = key is PointerKey.InstructionB or PointerKey.DataB;
            entry->Result = pointer = LayoutOf(pointer, !IsDataKey(key)).Authenticate(pointer, modifier, high, low, isKeyB);
        }

        return true;
    }

    // Something has changed that the numbers of settings stand for, or may have.
    private void ForgetPointerSettings()
    {
        for (int key = 0; key < CpuState.PointerKeys; key++)
        {
            State->PointerSettings[key] = -1;
        }
    }

    // What generated code looks for. When it is not there yet, the entry is made so that only the result is missing; with the key off that is the pointer itself.
    private bool TryRecall(PointerCodeEntry* entry, PointerKey key, bool isOn, ref ulong pointer, ulong modifier)
    {
        ref long settings = ref State->PointerSettings[(int)key];
        if (settings < 0)
        {
            settings = NumberOf(key, isOn);
        }

        if (entry->Settings == settings && entry->Pointer == pointer && entry->Modifier == modifier)
        {
            pointer = entry->Result;
            return true;
        }

        *entry = new PointerCodeEntry { Pointer = pointer, Modifier = modifier, Result = pointer, Settings = settings };
        return false;
    }

    private long NumberOf(PointerKey key, bool isOn)
    {
        (ulong high, ulong low) = KeyOf(key);
        var settings = new PointerSettings(key, isOn, Register(SystemRegisterSlot.TcrEl1, TranslationOwner), HasTwoRangesHere, high, low);
        if (!_pointerSettings.TryGetValue(settings, out long number))
        {
            if (_pointerSettings.Count == MaximumPointerSettings)
            {
                _pointerSettings.Clear();
            }

            number = ++_lastPointerSettings;
            _pointerSettings.Add(settings, number);
        }

        return number;
    }

    // Where one of the halves has tags, bit 55 tells the half for both (AddPAC).
    private ulong ComputePointer(PointerKey key, ulong pointer, ulong modifier)
    {
        bool isInstruction = !IsDataKey(key);
        ulong control = Register(SystemRegisterSlot.TcrEl1, TranslationOwner);
        bool selectsByBit55 = TranslationControlFields.IgnoresTopByte(control, HasTwoRangesHere, isUpper: false, isInstruction)
            || TranslationControlFields.IgnoresTopByte(control, HasTwoRangesHere, isUpper: true, isInstruction);
        bool isUpper = ((pointer >> (selectsByBit55 ? 55 : 63)) & 1) != 0;
        (ulong high, ulong low) = KeyOf(key);
        return LayoutOf(pointer, isInstruction, isUpper).Add(pointer, modifier, high, low, isUpper);
    }

    /// <summary>PACGA: the code of any value, in the upper half of the result.</summary>
    /// <returns>False when an exception was taken; counts and PC must be exact.</returns>
    internal bool ComputeGenericCode(ulong value, ulong modifier, out ulong code)
    {
        code = 0;
        if (TakePointerAuthenticationTrap())
        {
            return false;
        }

        (ulong high, ulong low) = KeyOf(PointerKey.Generic);
        code = Qarma5.Compute(value, modifier, high, low) & ~(ulong)uint.MaxValue;
        return true;
    }

    /// <summary>XPACI and XPACD: takes the code off.</summary>
    internal ulong StripPointer(ulong pointer, bool isInstruction) => LayoutOf(pointer, isInstruction).Strip(pointer);

    private static bool IsDataKey(PointerKey key) => key is PointerKey.DataA or PointerKey.DataB;

    private bool IsKeyOn(PointerKey key)
    {
        ulong bit = key switch
        {
            PointerKey.InstructionA => SystemControl.EnableInstructionKeyA,
            PointerKey.InstructionB => SystemControl.EnableInstructionKeyB,
            PointerKey.DataA => SystemControl.EnableDataKeyA,
            _ => SystemControl.EnableDataKeyB,
        };
        return (Register(SystemRegisterSlot.SctlrEl1, TranslationOwner) & bit) != 0;
    }

    private (ulong High, ulong Low) KeyOf(PointerKey key)
    {
        SystemRegisterSlot low = SystemRegisterSlot.ApiaKeyLoEl1 + (2 * (int)key);
        return (Register(low + 1), Register(low));
    }

    // HCR_EL2.API and SCR_EL3.API permit the instructions to the levels below; users of a host need no leave of HCR_EL2.
    private bool TakePointerAuthenticationTrap()
    {
        int level = State->ExceptionLevel;
        int target = level < 2 && Model.HasEl2 && !IsSecureBelowEl3 && !(level == 0 && IsHostInForce)
                && (EffectiveHcr & HypervisorConfiguration.PermitPointerAuthentication) == 0 ? 2
            : level < 3 && Model.HasEl3 && (Register(SystemRegisterSlot.ScrEl3) & SecureConfiguration.PermitPointerAuthentication) == 0 ? 3
            : 0;
        if (target == 0)
        {
            return false;
        }

        TakeSynchronous(target, ExceptionClass.PointerAuthenticationTrap, 0);
        return true;
    }

    // The level that owns the translation regime in force, and whether that has two ranges of addresses.
    private int TranslationOwner => OwnerOf(State->ExceptionLevel);

    private bool HasTwoRangesHere => HasTwoRanges(TranslationOwner);

    private PointerLayout LayoutOf(ulong pointer, bool isInstruction) => LayoutOf(pointer, isInstruction, ((pointer >> 55) & 1) != 0);

    private PointerLayout LayoutOf(ulong pointer, bool isInstruction, bool isUpper)
    {
        ulong control = Register(SystemRegisterSlot.TcrEl1, TranslationOwner);
        bool hasTag = TranslationControlFields.IgnoresTopByte(control, HasTwoRangesHere, ((pointer >> 55) & 1) != 0, isInstruction);
        return new PointerLayout(64 - TranslationControlFields.SizeOffset(control, HasTwoRangesHere && isUpper, Model.Has(CpuFeature.Ttst)), hasTag);
    }
}
