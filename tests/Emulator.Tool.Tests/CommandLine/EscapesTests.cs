using Emulator.Tool.CommandLine;

namespace Emulator.Tool.Tests.CommandLine;

public sealed class EscapesTests
{
    [TestCase(@"version\n", "version\n")]
    [TestCase(@"\r\n", "\r\n")]
    [TestCase(@"\x03\xfF", "\u0003\u00ff")]
    [TestCase(@"\x41B", "AB")]
    [TestCase(@"a\\nb", @"a\nb")]
    [TestCase(@"\t\e[A\0", "\t\u001b[A\0")]
    [TestCase(@"\q\", @"\q\")]
    [TestCase("", "")]
    [TestCase("\u00e9", "\u00e9")]
    public void Escapes_become_characters(string text, string expected) =>
        Assert.That(Escapes.Replace(text), Is.EqualTo(expected));

    [TestCase(@"\x")]
    [TestCase(@"\x4")]
    [TestCase(@"\xgg")]
    [TestCase(@"\x+1")]
    [TestCase("\u20ac")]
    public void What_stands_for_no_byte_is_refused(string text) =>
        Assert.That(() => Escapes.Replace(text), Throws.InstanceOf<UsageException>());
}
