using System.Text.RegularExpressions;
using Emulator.Timing;

namespace Emulator.Testing.Tests;

public sealed class ConsoleExpectationsTests
{
    [Test]
    public void The_machine_stops_at_the_byte_that_completes_the_match()
    {
        var machine = new FakeMachine("Hit any key: 2 more");

        machine.Console.Expect("key: ");

        Assert.That(machine.Console.Transcript, Is.EqualTo("Hit any key: "));
        Assert.That(machine.Now, Is.EqualTo(new VirtualTime(13_000)));
    }

    [Test]
    public void What_was_expected_stands_as_a_mark_in_the_trace()
    {
        var machine = new FakeMachine("=> one\n");
        machine.Console.Expect("=> ");
        Assert.That(() => machine.Console.Expect("two"), Throws.InstanceOf<GuestHaltedException>());

        Assert.That(machine.Marks, Is.EqualTo(new[] { "expected: => " }));
    }

    [Test]
    public void The_shortest_text_that_matches_is_the_match()
    {
        var machine = new FakeMachine("abbbb");

        ConsoleMatch match = machine.Console.Expect("ab+");

        Assert.That(match.Value, Is.EqualTo("ab"));
    }

    [Test]
    public void A_text_that_was_matched_is_not_matched_again()
    {
        var machine = new FakeMachine("=> one\n=> two\n");

        machine.Console.Expect("=> ");
        ConsoleMatch second = machine.Console.Expect("=> ");

        Assert.That(second.Before, Is.EqualTo("one\n"));
    }

    [Test]
    public void Output_that_came_while_nobody_expected_any_is_tried_byte_by_byte_too()
    {
        var machine = new FakeMachine("first second ");
        machine.Run(default, default);

        string first = machine.Console.Expect(@"\w+ ").Value;
        string second = machine.Console.Expect(@"\w+ ").Value;

        Assert.That((first, second, machine.Runs), Is.EqualTo(("first ", "second ", 1)));
    }

    [Test]
    public void Sending_and_expecting_chain()
    {
        var machine = new FakeMachine("=> ");

        machine.Console.Expect("=> ").Send("version\n");
        machine.Print("version\r\nU-Boot 2023.01\r\n=> poweroff");
        ConsoleMatch match = machine.Console.Expect("=> ").SendLine("poweroff").Expect("power");

        Assert.That(machine.TakeInput(), Is.EqualTo("version\npoweroff\r"));
        Assert.That((match.Before, match.Console), Is.EqualTo(("", machine.Console)));
    }

    [Test]
    public void Groups_of_the_match_can_be_read()
    {
        var machine = new FakeMachine("U-Boot 2023.01+dfsg-2 (Jan");

        Match match = machine.Console.Expect(@"^U-Boot (\d+)\.(\d+)\S* ").Match;

        Assert.That((match.Groups[1].Value, match.Groups[2].Value), Is.EqualTo(("2023", "01")));
    }

    [Test]
    public void Bytes_above_ascii_are_latin1()
    {
        var machine = new FakeMachine("\u00e9\u00ff!");

        Assert.That(machine.Console.Expect("\u00e9\u00ff").Value, Is.EqualTo("\u00e9\u00ff"));
    }

    [Test]
    public void An_expression_keeps_the_options_it_was_made_with()
    {
        var machine = new FakeMachine("LOGIN:");

        Assert.That(machine.Console.Expect(new Regex("login", RegexOptions.IgnoreCase)).Value, Is.EqualTo("LOGIN"));
    }

    [Test]
    public void The_limit_of_virtual_time_counts_from_the_call()
    {
        var machine = new FakeMachine("a", StopReason.MaxVirtualTime);
        machine.Console.Expect("a");

        Assert.Throws<ConsoleTimeoutException>(() =>
            machine.Console.Expect("b", new ExpectOptions { VirtualTime = TimeSpan.FromSeconds(2) }));

        Assert.That(machine.LastLimits.Until, Is.EqualTo(new VirtualTime(2_000_001_000)));
    }

    [Test]
    public void The_watchdog_counts_host_time()
    {
        var clock = new ManualTimeProvider();
        var machine = new FakeMachine { OnRun = () => clock.Advance(TimeSpan.FromSeconds(5)) };

        var error = Assert.Throws<ConsoleTimeoutException>(() =>
            machine.Console.Expect("x", new ExpectOptions { HostTime = TimeSpan.FromSeconds(5), TimeProvider = clock }));

        Assert.That(error!.Reason, Does.Contain("5 s of host time"));
    }

    [Test]
    public void The_watchdog_lets_a_quick_guest_be()
    {
        var clock = new ManualTimeProvider();
        var machine = new FakeMachine("x") { OnRun = () => clock.Advance(TimeSpan.FromSeconds(4)) };

        Assert.That(machine.Console.Expect("x", new ExpectOptions { HostTime = TimeSpan.FromSeconds(5), TimeProvider = clock }).Value, Is.EqualTo("x"));
    }

    [Test]
    public void A_cancelled_expectation_says_so()
    {
        using var cancellation = new CancellationTokenSource();
        var machine = new FakeMachine { OnRun = cancellation.Cancel };

        Assert.Throws<OperationCanceledException>(() => machine.Console.Expect("x", new ExpectOptions { Cancellation = cancellation.Token }));
    }

    [TestCase(StopReason.PowerOff, "switched itself off")]
    [TestCase(StopReason.Reset, "reset itself")]
    [TestCase(StopReason.LockUp, "locked up")]
    public void A_guest_that_halts_ends_the_wait(StopReason reason, string words)
    {
        var machine = new FakeMachine("bye", reason);

        var error = Assert.Throws<GuestHaltedException>(() => machine.Console.Expect("=> "));

        Assert.That(error!.StopReason, Is.EqualTo(reason));
        Assert.That(error.Message, Does.Contain(words));
    }

    [Test]
    public void A_failure_shows_pattern_tail_place_and_time()
    {
        var machine = new FakeMachine("one\r\ntwo \u001b[0m");

        var error = Assert.Throws<GuestHaltedException>(() => machine.Console.Expect("=> "));

        Assert.That(error!.Message, Does.Contain("expected: => "));
        Assert.That(error.Message, Does.Contain("  | one\n  | two \\x1b[0m"));
        Assert.That(error.Message, Does.Contain("PC 0x40001234 <board_init_r+0x10>"));
        Assert.That(error.Message, Does.Contain("last exception data abort"));
        Assert.That(error.Message, Does.Contain("virtual time 0.000013000 s"));
    }

    [TestCase("\"Synchronous Abort\" handler, esr 0x96000010\n")]
    [TestCase("### ERROR ### Please RESET the board ###")]
    [TestCase("[00:00:00.000] <err> os: >>> ZEPHYR FATAL ERROR 0: CPU exception on CPU 0")]
    [TestCase("[    1.0] Kernel panic - not syncing: VFS: Unable to mount root fs")]
    public void A_guest_that_says_it_died_fails_at_once(string lastWords)
    {
        var machine = new FakeMachine("booting\n" + lastWords + " and more text", StopReason.MaxVirtualTime);

        var error = Assert.Throws<KnownBadOutputException>(() => machine.Console.Expect("=> "));

        Assert.That(machine.Console.Transcript, Does.EndWith(error!.Text));
    }

    [TestCase("### ERROR ### Please RESET")]
    [TestCase("Kernel panic - not syncing: VFS")]
    [TestCase("ZEPHYR FATAL ERROR \\d: CPU")]
    [TestCase("\"Synchronous Abort\" handler, esr 0x96000010")]
    public void A_known_bad_text_may_be_what_is_expected(string pattern)
    {
        string text = Regex.Unescape(pattern.Replace("\\d", "0", StringComparison.Ordinal));
        var machine = new FakeMachine(text);

        Assert.That(machine.Console.Expect(pattern).Value, Is.EqualTo(text));
    }

    [Test]
    public void After_a_known_bad_text_the_rest_can_be_read()
    {
        var machine = new FakeMachine("### ERROR ### reset\n=> ");
        Assert.Throws<KnownBadOutputException>(() => machine.Console.Expect("=> "));

        Assert.That(machine.Console.Expect("=> ").Before, Is.EqualTo(" reset\n"));
    }

    [Test]
    public void A_list_of_known_bad_texts_can_be_chosen()
    {
        var options = new ExpectOptions { KnownBad = KnownBadOutput.None.With("oops") };

        Assert.Throws<KnownBadOutputException>(() => new FakeMachine("oops =>").Console.Expect("=>", options));
        Assert.That(new FakeMachine("### ERROR ### =>").Console.Expect("=>", options).Value, Is.EqualTo("=>"));
    }

    [Test]
    public void A_broken_expression_is_told_before_anything_runs()
    {
        var machine = new FakeMachine("x");

        Assert.Throws<RegexParseException>(() => machine.Console.Expect("(x"));
        Assert.That(machine.Runs, Is.Zero);
    }
}
