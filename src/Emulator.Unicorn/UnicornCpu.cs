using System.Runtime.InteropServices;

namespace Emulator.Unicorn;

/// <summary>
/// A CPU of libunicorn with the memory it sees. After reset it is at EL1 with the MMU off. An exception ends the run; nothing enters the
/// guest's vectors.
/// </summary>
internal sealed unsafe class UnicornCpu : IDisposable
{
    // Where no run ever gets to, as it is not aligned: runs end by their count.
    private const ulong Nowhere = 1;

    private readonly UnicornHandle _handle;
    private GCHandle _self;
    private UnicornInterrupt _interrupt;

    /// <summary>Creates a CPU without memory.</summary>
    /// <param name="model">What it is.</param>
    /// <exception cref="UnicornUnavailableException">libunicorn is missing or not known.</exception>
    /// <exception cref="UnicornException">libunicorn cannot open an engine.</exception>
    public UnicornCpu(UnicornCpuModel model)
    {
        _handle = UnicornLibrary.Open(model);
        _self = GCHandle.Alloc(this);
        UnicornLibrary.Check("uc_hook_add", UnicornLibrary.AddInterruptHook(_handle, &OnInterrupt, GCHandle.ToIntPtr(_self)));
    }

    /// <summary>Maps memory of the host.</summary>
    /// <param name="address">Guest physical address, a multiple of 4096.</param>
    /// <param name="memory">First byte; it stays the caller's and must outlive this object. Stores to it from outside are not seen where code was executed: see <see cref="ForgetCode"/>.</param>
    /// <param name="length">Bytes, a multiple of 4096.</param>
    /// <param name="permissions">What for.</param>
    public void Map(ulong address, byte* memory, ulong length, UnicornPermissions permissions) =>
        UnicornLibrary.Check("uc_mem_map_ptr", UnicornLibrary.MapMemory(_handle, address, (nuint)length, permissions, memory));

    /// <summary>Reads a register of at most 64 bits.</summary>
    public ulong Read(UnicornRegister register)
    {
        ulong value = 0;
        UnicornLibrary.Check("uc_reg_read", UnicornLibrary.ReadRegister(_handle, register, &value));
        return value;
    }

    /// <summary>Writes a register of at most 64 bits.</summary>
    public void Write(UnicornRegister register, ulong value) =>
        UnicornLibrary.Check("uc_reg_write", UnicornLibrary.WriteRegister(_handle, register, &value));

    /// <summary>Reads several registers, each to its own place.</summary>
    public void Read(ReadOnlySpan<UnicornRegister> registers, void** values)
    {
        fixed (UnicornRegister* first = registers)
        {
            UnicornLibrary.Check("uc_reg_read_batch", UnicornLibrary.ReadRegisters(_handle, first, values, registers.Length));
        }
    }

    /// <summary>Writes several registers, each from its own place.</summary>
    public void Write(ReadOnlySpan<UnicornRegister> registers, void** values)
    {
        fixed (UnicornRegister* first = registers)
        {
            UnicornLibrary.Check("uc_reg_write_batch", UnicornLibrary.WriteRegisters(_handle, first, values, registers.Length));
        }
    }

    /// <summary>Reads a system register past all traps and side effects.</summary>
    /// <exception cref="UnicornException">The CPU does not have it.</exception>
    public ulong Read(UnicornSystemRegister register)
    {
        UnicornLibrary.Check("uc_reg_read", UnicornLibrary.ReadRegister(_handle, UnicornRegister.SystemRegister, &register));
        return register.Value;
    }

    /// <summary>Writes a system register. What the engine caches of it (the exception level's traps) stays as it was: let the guest write those.</summary>
    /// <exception cref="UnicornException">The CPU does not have it.</exception>
    public void Write(UnicornSystemRegister register, ulong value)
    {
        register.Value = value;
        UnicornLibrary.Check("uc_reg_write", UnicornLibrary.WriteRegister(_handle, UnicornRegister.SystemRegister, &register));
    }

    /// <summary>Code between two addresses was changed from outside: it is translated anew.</summary>
    /// <param name="first">First address.</param>
    /// <param name="end">Address behind the last.</param>
    public void ForgetCode(ulong first, ulong end) =>
        UnicornLibrary.Check("uc_ctl(UC_CTL_TB_REMOVE_CACHE)", UnicornLibrary.RemoveCache(_handle, first, end));

    /// <summary>Executes instructions.</summary>
    /// <param name="address">Of the first.</param>
    /// <param name="count">How many, unless an exception comes before.</param>
    public UnicornStop Run(ulong address, int count)
    {
        _interrupt = UnicornInterrupt.None;
        UnicornError error = UnicornLibrary.Start(_handle, address, Nowhere, 0, (nuint)count);
        return new UnicornStop(error, _interrupt);
    }

    public void Dispose()
    {
        _handle.Dispose();
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    [UnmanagedCallersOnly]
    private static void OnInterrupt(nint engine, uint number, nint argument)
    {
        ((UnicornCpu)GCHandle.FromIntPtr(argument).Target!)._interrupt = (UnicornInterrupt)number;
        _ = UnicornLibrary.Stop(engine);
    }
}
