using System.Text;
using Emulator.Tool.Terminal;

namespace Emulator.Tool.Tests.Terminal;

public sealed class KeyFilterTests
{
    private KeyFilter _filter = new();

    [SetUp]
    public void MakeFilter() => _filter = new KeyFilter();

    [Test]
    public void Keys_go_to_the_guest_and_so_does_an_interrupt() =>
        Assert.That(Type("ls\r\u0003", out _), Is.EqualTo("ls\r\u0003"));

    [TestCase("\u0001x")]
    [TestCase("\u0001X")]
    public void Control_a_x_leaves(string keys)
    {
        Assert.That(Type("a" + keys + "b", out bool leave), Is.EqualTo("a"));
        Assert.That(leave, Is.True);
    }

    [Test]
    public void The_two_keys_may_come_apart()
    {
        Type("\u0001", out bool first);
        Type("x", out bool second);

        Assert.That((first, second), Is.EqualTo((false, true)));
    }

    [Test]
    public void Control_a_twice_is_one_for_the_guest()
    {
        Assert.That(Type("\u0001\u0001x", out bool leave), Is.EqualTo("\u0001x"));
        Assert.That(leave, Is.False);
    }

    [Test]
    public void Control_a_and_another_key_both_go_to_the_guest() =>
        Assert.That(Type("\u0001e", out _), Is.EqualTo("\u0001e"));

    private string Type(string keys, out bool leave) =>
        Encoding.Latin1.GetString(_filter.Filter(Encoding.Latin1.GetBytes(keys), out leave));
}
