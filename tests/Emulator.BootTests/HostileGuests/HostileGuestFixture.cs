using Emulator.Boards;
using Emulator.Testing;

namespace Emulator.BootTests.HostileGuests;

/// <summary>Base of fixtures that run guests made of bytes.</summary>
public abstract class HostileGuestFixture : MachineFixture
{
    /// <summary>Where the code of these guests starts.</summary>
    protected const ulong CodeBase = 0x4010_0000;

    /// <summary>Where their exception vectors are, 2 KiB per level from level 1 on.</summary>
    protected const ulong VectorBase = 0x4000_0000;

    private string _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("guest-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>A machine that starts code at a level.</summary>
    private protected Machine Start(int level, ulong entry, params ReadOnlySpan<(ulong Address, byte[] Data)> segments)
    {
        string path = Path.Combine(_folder, "guest.elf");
        File.WriteAllBytes(path, GuestElf.Create(entry, segments));
        return Start(new MachineBuilder(Board.Virt).WithMemory(64.MiB()).WithExceptionLevel(level).WithNoReboot().WithKernel(path));
    }

    /// <summary>Code that points every VBAR_ELx up to a level to vectors which go on after the instruction that faulted. X0 is lost.</summary>
    private protected static GuestAssembler WithSkippingVectors(int level)
    {
        var code = new GuestAssembler(CodeBase);
        for (int i = 1; i <= level; i++)
        {
            code.Move(0, VectorsOf(i)).SetVectors(i, 0);
        }

        return code;
    }

    /// <summary>The vectors that <see cref="WithSkippingVectors"/> points to.</summary>
    private protected static byte[] SkippingVectors(int level)
    {
        var vectors = new GuestAssembler(VectorBase);
        for (int i = 1; i <= level; i++)
        {
            vectors.PadTo(VectorsOf(i)).SkippingVectors(i);
        }

        return vectors.ToBytes();
    }

    private static ulong VectorsOf(int level) => VectorBase + ((ulong)(level - 1) * 0x800);
}
