using System.Runtime.InteropServices;
using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;
using Emulator.Memory;

namespace Emulator.Unicorn;

/// <summary>
/// Pages: what the processor has translated is entered in the tables, what it has forgotten is taken out. A page is either written or executed by libunicorn, never both,
/// so that no store changes instructions unseen.
/// </summary>
internal sealed unsafe partial class UnicornProcessor : ITranslationMirror
{
    private const ulong PageMask = GuestRam.PageSize - 1;

    // Where translated instructions are forgotten by: libunicorn asks for a virtual address. What the guest has there is forgotten, and comes again.
    private const ulong Window = 0x0000_ffff_ffff_f000;

    private readonly MirrorTables _tables;

    // Where each page is mapped, so that permissions can be taken back; and the pages that may have translated instructions.
    private readonly Dictionary<ulong, List<(int Context, ulong Address)>> _mappings = [];
    private readonly HashSet<ulong> _executedPages = [];
    private readonly List<ulong> _staleCode = [];
    private readonly List<ulong> _staleAddresses = [];
    private bool _forgetAll;
    private int _context;

    /// <inheritdoc/>
    public void AllowReads(ulong address, int context, byte* page) => Allow(address, context, _memory.AddressOf(page), UnicornPermissions.Read);

    /// <inheritdoc/>
    public void AllowWrites(ulong address, int context, byte* page, bool readable)
    {
        ulong target = _memory.AddressOf(page);
        _engine.ForgetCode(target, keepMapping: false);
        Allow(address, context, target, readable ? UnicornPermissions.Read | UnicornPermissions.Write : UnicornPermissions.Write);
    }

    /// <inheritdoc/>
    public void ForbidStores(byte* page) => Revoke(_memory.AddressOf(page), UnicornPermissions.Write);

    /// <inheritdoc/>
    public void Forget()
    {
        _tables.Clear();
        ForgetMappings();
        ForgetScans();
    }

    /// <inheritdoc/>
    public void Forget(ulong address, int shift)
    {
        _forgetAll |= !_tables.Clear(address, shift, _staleAddresses);
        ForgetScans();
    }

    /// <inheritdoc/>
    public void Forget(ReadOnlySpan<bool> contexts)
    {
        for (int i = 0; i < contexts.Length; i++)
        {
            if (contexts[i])
            {
                _tables.Clear(i);
                _forgetAll = true;
            }
        }

        _context = -1;
        ForgetScans();
    }

    /// <summary>Instructions of a page are stale.</summary>
    /// <param name="page">Its address in libunicorn's memory.</param>
    /// <param name="keepMapping">False when the page must not be executed before it is watched again.</param>
    public void ForgetCode(ulong page, bool keepMapping)
    {
        if (!_executedPages.Contains(page))
        {
            return;
        }

        _staleCode.Add(page);
        ForgetScans();
        if (!keepMapping)
        {
            _executedPages.Remove(page);
            Revoke(page, UnicornPermissions.Execute);
        }
    }

    // All tables are empty, and those in use are so no longer.
    private void ForgetMappings()
    {
        _mappings.Clear();
        _context = -1;
        _forgetAll = true;
    }

    // The page at PC, which the processor has found executable.
    private void AllowExecution()
    {
        CpuState* state = _processor.State;
        CodePage page = CodePage.Of(state->PageOperations);
        ulong target = _memory.AddressOf(page.Ram)!.Value + page.Offset;
        int context = Tlb.NumberIn(state->TlbContext);
        ulong* entry = _tables.Find(context, state->Pc);
        if (entry is not null && MirrorTables.PageOf(*entry) == target && (MirrorTables.PermissionsOf(*entry) & UnicornPermissions.Execute) != 0)
        {
            return;
        }

        _processor.Code.Watch(page);
        _executedPages.Add(target);
        Allow(state->Pc, context, target, UnicornPermissions.Execute);
    }

    private void Allow(ulong address, int context, ulong page, UnicornPermissions permissions)
    {
        if (_tables.Allow(context, address, page, permissions))
        {
            _staleAddresses.Add(address & ~PageMask);
        }

        if (!_mappings.TryGetValue(page, out List<(int, ulong)>? mappings))
        {
            _mappings.Add(page, mappings = []);
        }

        if (!mappings.Contains((context, address & ~PageMask)))
        {
            mappings.Add((context, address & ~PageMask));
        }
    }

    private void Revoke(ulong page, UnicornPermissions permissions)
    {
        if (!_mappings.TryGetValue(page, out List<(int Context, ulong Address)>? mappings))
        {
            return;
        }

        for (int i = mappings.Count - 1; i >= 0; i--)
        {
            (int context, ulong address) = mappings[i];
            ulong* entry = _tables.Find(context, address);
            if (entry is null || MirrorTables.PageOf(*entry) != page || MirrorTables.PermissionsOf(*entry) == UnicornPermissions.None)
            {
                mappings.RemoveAt(i);
                continue;
            }

            UnicornPermissions before = MirrorTables.PermissionsOf(*entry);
            if ((before & permissions) != 0)
            {
                *entry = MirrorTables.Describe(page, before & ~permissions);
                _staleAddresses.Add(address);
            }
        }
    }

    private void EnterTables(int context)
    {
        (ulong low, ulong high) = _tables.Roots(context);
        if (context != _context)
        {
            Write(Ttbr0El1, low);
            Write(Ttbr1El1, high);
            _context = context;
            _forgetAll = true;
        }

        ForgetTranslations();
        if (_staleCode.Count > 0)
        {
            ForgetStaleCode();
        }
    }

    private void ForgetTranslations()
    {
        const int MostPages = 64;
        if (_forgetAll || _staleAddresses.Count > MostPages)
        {
            Write(TlbiVmalle1, 0);
        }
        else
        {
            foreach (ulong address in _staleAddresses)
            {
                Write(TlbiVae1, (address << 8) >> 20);
            }
        }

        _staleAddresses.Clear();
        _forgetAll = false;
    }

    private void ForgetStaleCode()
    {
        foreach (ulong page in _staleCode)
        {
            _ = _tables.Allow(_context, Window, page, UnicornPermissions.Execute);
            Write(TlbiVae1, Window >> 12);
            UnicornLibrary.Check("uc_ctl(UC_CTL_TB_REMOVE_CACHE)", UnicornLibrary.RemoveCache(_handle, Window, Window + GuestRam.PageSize));
            *_tables.Find(_context, Window) = 0;
        }

        _staleCode.Clear();
        Write(TlbiVae1, Window >> 12);
    }

    // Stores of libunicorn, for lockstep. Those that fault are reported too; they have changed nothing.
    private void NoteStore(ulong address, int size)
    {
        int inPage = (int)Math.Min((ulong)size, GuestRam.PageSize - (address & PageMask));
        ulong* entry = _tables.Find(_context, address);
        if (entry is not null && (MirrorTables.PermissionsOf(*entry) & UnicornPermissions.Write) != 0)
        {
            GuestRam memory = _memory.Find(MirrorTables.PageOf(*entry), out ulong offset);
            _processor.StoreJournal!.Add(StoreRecord.Before(memory, offset + (address & PageMask), inPage));
        }

        if (inPage < size)
        {
            NoteStore(address + (ulong)inPage, size - inPage);
        }
    }

    [UnmanagedCallersOnly]
    private static void OnWrite(nint engine, int type, ulong address, int size, long value, nint argument) => Of(argument).NoteStore(address, size);
}
