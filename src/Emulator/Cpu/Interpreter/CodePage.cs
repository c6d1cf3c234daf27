using System.Runtime.InteropServices;
using Emulator.Memory;

namespace Emulator.Cpu.Interpreter;

/// <summary>
/// The decoded operations of one 4 KiB page of guest memory: one per word, each decoded when it is first executed. Behind the last word
/// stands an operation that goes on to the next page; before the first stands a header that tells where the words are.
/// </summary>
internal sealed unsafe class CodePage : IDisposable
{
    /// <summary>Instructions in a page.</summary>
    public const int Words = GuestRam.PageSize / 4;

    // A page whose words keep changing is data next to code, or reused memory: after so many stores its code is dropped as a whole, so that stores run at full speed again.
    private const int StoresBeforeDrop = 64;

    // In operations, so that these stay aligned.
    private const int HeaderLength = CodePageHeader.Length / 32;

    private DecodedOperation* _allocation;
    private int _stores;

    public CodePage(GuestRam ram, ulong offset)
    {
        Ram = ram;
        Offset = offset;
        Handle = GCHandle.Alloc(this);
        _allocation = (DecodedOperation*)NativeMemory.AlignedAlloc((nuint)((Words + 1 + HeaderLength) * sizeof(DecodedOperation)), 64);
        *Header = new CodePageHeader { Page = GCHandle.ToIntPtr(Handle) };
        for (int i = 0; i < Words; i++)
        {
            Operations[i] = new DecodedOperation { Handler = &FlowHandlers.Decode, Opcode = DecodedOperation.NotDecoded, PageIndex = (ushort)i };
        }

        Operations[Words] = new DecodedOperation { Handler = &FlowHandlers.PageEnd };
    }

    /// <summary>The memory the words are in.</summary>
    public GuestRam Ram { get; }

    /// <summary>Where the page starts in it.</summary>
    public ulong Offset { get; }

    /// <summary>The operation of the first word.</summary>
    public DecodedOperation* Operations => _allocation + HeaderLength;

    /// <summary>What stands before the first operation.</summary>
    public CodePageHeader* Header => (CodePageHeader*)_allocation;

    /// <summary>Who must hear of changed words besides, or null.</summary>
    public ICodePageObserver? Observer { get; set; }

    private GCHandle Handle { get; }

    /// <summary>The page that a first operation belongs to.</summary>
    public static CodePage Of(DecodedOperation* firstOperation) =>
        (CodePage)GCHandle.FromIntPtr(HeaderOf(firstOperation)->Page).Target!;

    /// <summary>The header of the page that a first operation belongs to.</summary>
    public static CodePageHeader* HeaderOf(DecodedOperation* firstOperation) => (CodePageHeader*)(firstOperation - HeaderLength);

    /// <summary>The instruction word at an index.</summary>
    public uint WordAt(int index) => ((uint*)(Ram.Pointer + Offset))[index];

    /// <summary>Words have changed: their operations, and those fused with what follows them, are decoded anew.</summary>
    /// <param name="firstByte">First changed byte in the page.</param>
    /// <param name="length">How many.</param>
    /// <returns>False when no operation of the page is left and it need not be watched any more.</returns>
    public bool Invalidate(int firstByte, int length)
    {
        int first = Math.Max(0, (firstByte / 4) - 1);
        int last = (firstByte + length - 1) / 4;
        bool drop = ++_stores > StoresBeforeDrop;
        if (drop)
        {
            _stores = 0;
            first = 0;
            last = Words - 1;
        }

        // A word of a pair that was fused counts as changed with the other one, which does no harm.
        Observer?.WordsChanged(first, last);
        for (int i = first; i <= last; i++)
        {
            Operations[i].Handler = &FlowHandlers.Decode;
            Operations[i].Opcode = DecodedOperation.NotDecoded;
        }

        return !drop;
    }

    public void Dispose()
    {
        if (_allocation is not null)
        {
            Observer?.PageDropped();
            NativeMemory.AlignedFree(_allocation);
            _allocation = null;
            Handle.Free();
        }
    }
}
