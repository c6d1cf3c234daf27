using System.Runtime.InteropServices;

namespace Emulator.Memory;

/// <summary>Memory from the C run-time, for systems without a class of their own.</summary>
internal sealed unsafe class PortableHostPages : HostPages
{
    private const nuint Alignment = 4096;

    public PortableHostPages(ulong length)
    {
        Length = length;
        try
        {
            Pointer = (byte*)NativeMemory.AlignedAlloc((nuint)length, Alignment);
        }
        catch (OutOfMemoryException e)
        {
            throw new EmulatorException($"the host has no {length} bytes for guest memory; give the machine less memory", e);
        }

        NativeMemory.Clear(Pointer, (nuint)length);
    }

    ~PortableHostPages() => Release();

    protected override void Release() => NativeMemory.AlignedFree(Pointer);
}
