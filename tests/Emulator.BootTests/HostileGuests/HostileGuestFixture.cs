using Emulator.Boards;
using Emulator.Testing;

namespace Emulator.BootTests.HostileGuests;

/// <summary>Base of fixtures that run guests made of bytes.</summary>
public abstract class HostileGuestFixture : MachineFixture
{
    /// <summary>Where the code of these guests starts.</summary>
    internal const ulong CodeBase = 0x4010_0000;

    /// <summary>Where their exception vectors are, 2 KiB per level from level 1 on.</summary>
    internal const ulong VectorBase = 0x4000_0000;

    /// <summary>A folder of this test.</summary>
    protected string Folder { get; private set; } = null!;

    [SetUp]
    public void CreateFolder() => Folder = Directory.CreateTempSubdirectory("guest-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(Folder, recursive: true);

    /// <summary>A machine that starts code at a level.</summary>
    private protected Machine Start(int level, ulong entry, params ReadOnlySpan<(ulong Address, byte[] Data)> segments)
    {
        string path = Path.Combine(Folder, "guest.elf");
        File.WriteAllBytes(path, GuestElf.Create(entry, segments));
        return Start(new MachineBuilder(Board.Virt).WithMemory(64.MiB()).WithExceptionLevel(level).WithNoReboot().WithKernel(path));
    }

    /// <summary>Code that points every VBAR_ELx up to a level to vectors which go on after the instruction that faulted. X0 is lost.</summary>
    internal static GuestAssembler WithSkippingVectors(int level, ulong origin = CodeBase)
    {
        var code = new GuestAssembler(origin);
        for (int i = 1; i <= level; i++)
        {
            code.Move(0, VectorsOf(i)).SetVectors(i, 0);
        }

        return code;
    }

    /// <summary>The vectors that <see cref="WithSkippingVectors"/> points to.</summary>
    internal static byte[] SkippingVectors(int level)
    {
        var vectors = new GuestAssembler(VectorBase);
        for (int i = 1; i <= level; i++)
        {
            vectors.PadTo(VectorsOf(i)).SkippingVectors(i);
        }

        return vectors.ToBytes();
    }

    /// <summary>
    /// Vectors for the same place that go on somewhere in 256 KiB of code; where, the counter tells, so that each run through it is another one. X28 and X29 are lost.
    /// </summary>
    internal static byte[] RestartingVectors(int level, ulong code)
    {
        var vectors = new GuestAssembler(VectorBase);
        for (int i = 1; i <= level; i++)
        {
            for (ulong vector = 0; vector < 16; vector++)
            {
                vectors.PadTo(VectorsOf(i) + (0x80 * vector))
                    .Emit(0xd53be05d, 0x927e3fbd) // MRS X29, CNTVCT_EL0; AND X29, X29, #0x3fffc
                    .Move(28, code)
                    .Emit(0x8b1c03bd) // ADD X29, X29, X28
                    .SetSystemRegister(i, 4, 0, 1, 29) // ELR_ELx
                    .Emit(GuestAssembler.Eret);
            }
        }

        return vectors.ToBytes();
    }

    private static ulong VectorsOf(int level) => VectorBase + ((ulong)(level - 1) * 0x800);
}
