using System.Text.Json;
using Emulator.Tool.Comparison;

namespace Emulator.Tool.Tests.Comparison;

public sealed class ContestTests
{
    [Test]
    public void Contestants_run_by_turns()
    {
        var order = new List<string>();
        var contest = new Contest("c", "contest", [Recording("a", order), Recording("b", order)]);

        contest.Hold(2, _ => { });

        Assert.That(order, Is.EqualTo(["a", "b", "a", "b"]));
    }

    [Test]
    public void Ratios_are_of_medians_and_to_the_reference_that_a_contestant_names()
    {
        Contestant fast = Of("fast", 1, 9, 2), process = Of("process", 6, 6, 6) with { Reference = "whole" };
        var contest = new Contest("c", "contest", [fast, process, Of(Contest.ReferenceKey, 4, 4, 100), Of("whole", 3, 3, 3)]);
        contest.Hold(3, _ => { });

        Assert.That(contest.RatioOf(fast), Is.EqualTo(0.5));
        Assert.That(contest.RatioOf(process), Is.EqualTo(2));
    }

    [Test]
    public void Without_the_reference_there_is_no_ratio()
    {
        var contest = new Contest("c", "contest", [Of("fast", 1)]);
        contest.Hold(1, _ => { });

        Assert.That(contest.RatioOf(contest.Contestants[0]), Is.Null);
    }

    [Test]
    public void The_mean_of_ratios_is_geometric_and_leaves_the_reference_out()
    {
        Contest[] contests =
        [
            new("one", "one", [Of("fast", 1), Of(Contest.ReferenceKey, 2)]),
            new("two", "two", [Of("fast", 1), Of(Contest.ReferenceKey, 8)]),
        ];
        foreach (Contest contest in contests)
        {
            contest.Hold(1, _ => { });
        }

        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"means-{Environment.ProcessId}.json");
        ContestReport.WriteJson(file, contests);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
        File.Delete(file);

        JsonElement means = json.RootElement.GetProperty("geometricMean");
        Assert.That(means.EnumerateObject().Select(mean => mean.Name), Is.EqualTo(["fast"]));
        Assert.That(means.GetProperty("fast").GetDouble(), Is.EqualTo(0.25).Within(1e-12));
    }

    [TestCase("gen code size 1/2\r\nTB avg host size    251 bytes (expansion ratio: 14.9)\r\n", 59.6)]
    [TestCase("info jit\r\nJIT information is only available with accel=tcg\r\n", null)]
    public void What_qemus_translator_made_is_read_from_its_monitor(string answer, double? bytes) =>
        Assert.That(QemuMonitor.Read(answer), Is.EqualTo(bytes).Within(1e-9));

    private static Contestant Recording(string key, List<string> order) => new(key, key, () =>
    {
        order.Add(key);
        return 1;
    });

    private static Contestant Of(string key, params double[] seconds)
    {
        int next = 0;
        return new(key, key, () => seconds[next++]);
    }
}
