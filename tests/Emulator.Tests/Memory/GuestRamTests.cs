using System.Runtime.InteropServices;
using Emulator.Memory;
using Microsoft.Win32.SafeHandles;

namespace Emulator.Tests.Memory;

public class GuestRamTests
{
    private const int Page = GuestRam.PageSize;

    [Test]
    public void StartsZeroedAndClean([Values] RamMode mode)
    {
        using var ram = new GuestRam("ram", 16 * Page, mode);
        byte[] bytes = new byte[16 * Page];
        Random.Shared.NextBytes(bytes);

        ram.Read(0, bytes);

        Assert.That(bytes, Is.All.Zero);
        Assert.That(ram.CountDirtyPages(), Is.Zero);
    }

    [Test]
    public void WriteMarksExactlyThePagesItTouches()
    {
        using var ram = new GuestRam("ram", 16 * Page);

        ram.Write((3 * Page) - 1, new byte[Page + 2]);

        Assert.That(Enumerable.Range(0, 16).Where(ram.IsDirty), Is.EqualTo(new[] { 2, 3, 4 }));
        ram.ClearDirty();
        Assert.That(ram.CountDirtyPages(), Is.Zero);
    }

    [Test]
    public void AccessBeyondTheEndIsRefused()
    {
        using var ram = new GuestRam("ram", Page);

        Assert.That(() => ram.Read(Page - 1, new byte[2]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => ram.Write(ulong.MaxValue, new byte[1]), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [TestCase(0UL)]
    [TestCase(1000UL)]
    public void LengthIsAWholeNumberOfPages(ulong length) =>
        Assert.That(() => new GuestRam("ram", length), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void TooMuchMemoryIsATypedErrorThatSaysWhatToDo() =>
        Assert.That(() => new GuestRam("ram", 1UL << 62), Throws.InstanceOf<EmulatorException>().With.Message.Contains("less memory"));

    [Test]
    [Platform("Linux")]
    public void SharedMemoryIsSeenThroughItsFileDescriptor()
    {
        using var ram = new GuestRam("ram", 4 * Page, RamMode.Shared);
        ram.Write(Page, [1, 2, 3, 4]);
        using FileStream other = File.Open($"/proc/self/fd/{ram.FileDescriptor}", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        byte[] seen = new byte[4];

        other.Position = Page;
        other.ReadExactly(seen);
        other.Position = Page;
        other.Write([9, 8]);
        other.Flush();

        Assert.That(seen, Is.EqualTo(new byte[] { 1, 2, 3, 4 }));
        ram.Read(Page, seen);
        Assert.That(seen, Is.EqualTo(new byte[] { 9, 8, 3, 4 }));
    }

    [Test]
    public void PrivateMemoryHasNoFileDescriptor()
    {
        using var ram = new GuestRam("ram", Page);

        Assert.That(ram.FileDescriptor, Is.EqualTo(-1));
    }

    [Test]
    public void StoreToAPageWithCodeIsReportedAndOthersAreNot()
    {
        using var ram = new GuestRam("ram", 4 * Page);
        var observer = new Observer();
        ram.AddCodeObserver(observer);
        ram.MarkCode(Page);

        ram.Write(0, [1]);
        ram.Write(Page - 2, [1, 2, 3, 4]);

        Assert.That(observer.Changes, Is.EqualTo(new[] { ((ulong)Page, 2) }));
        Assert.That(ram.PrepareWrite(Page), Is.False);
        Assert.That(ram.PrepareWrite(0), Is.True);
        ram.ClearCode(Page);
        Assert.That(ram.PrepareWrite(Page), Is.True);
        Assert.That(observer.Unwatched, Is.EqualTo(new[] { (ulong)Page }));
    }

    [Test]
    [Platform("Linux")]
    public void SharedMemoryCannotBeCutShortByThoseWhoHaveItsDescriptor()
    {
        using var ram = new GuestRam("ram", 4 * Page, RamMode.Shared);
        using var descriptor = new SafeFileHandle(ram.FileDescriptor, ownsHandle: false);

        Assert.That(() => RandomAccess.SetLength(descriptor, Page), Throws.InstanceOf<UnauthorizedAccessException>().Or.InstanceOf<IOException>());
        Assert.That(RandomAccess.GetLength(descriptor), Is.EqualTo(4 * Page));
    }

    private sealed class Observer : ICodeObserver
    {
        public List<(ulong Offset, int Length)> Changes { get; } = [];

        public void CodeChanged(GuestRam ram, ulong offset, int length) => Changes.Add((offset, length));

        public List<ulong> Unwatched { get; } = [];

        public void CodeUnwatched(GuestRam ram, ulong offset) => Unwatched.Add(offset);
    }
}
