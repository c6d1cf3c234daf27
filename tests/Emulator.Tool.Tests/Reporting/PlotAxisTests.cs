using Emulator.Tool.Reporting;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tool.Tests.Reporting;

public sealed class PlotAxisTests
{
    [Test]
    public void A_linear_axis_ends_at_a_round_value()
    {
        PlotAxis axis = PlotAxis.Linear(43, "", "");

        Assert.That((axis.Min, axis.Max), Is.EqualTo((0d, 50d)));
        Assert.That(axis.Ticks(), Is.EqualTo(new[] { 0d, 10, 20, 30, 40, 50 }).Within(1e-9));
    }

    [Test]
    public void An_axis_up_to_an_end_has_its_marks_before_it()
    {
        PlotAxis axis = PlotAxis.UpTo(0.093, "", "s");

        Assert.That(axis.Max, Is.EqualTo(0.093));
        Assert.That(axis.Ticks(), Is.EqualTo(new[] { 0d, 0.02, 0.04, 0.06, 0.08 }).Within(1e-12));
    }

    [Test]
    public void A_logarithmic_axis_has_whole_decades()
    {
        PlotAxis axis = PlotAxis.Logarithmic(2e-5, 3e-3, "", "s");

        Assert.That(axis.Ticks(), Is.EqualTo(new[] { 1e-5, 1e-4, 1e-3, 1e-2 }).Within(1e-12));
        Assert.That(axis.PositionOf(1e-3), Is.EqualTo(2 / 3.0).Within(1e-9));
    }

    [Test]
    public void Without_any_value_there_is_an_axis_all_the_same()
    {
        Assert.That((PlotAxis.Linear(0, "", "").Max, PlotAxis.UpTo(0, "", "").Max), Is.EqualTo((1d, 1d)));
        Assert.That(PlotAxis.Logarithmic(1, 1, "", "").Max, Is.EqualTo(10));
    }

    [Test]
    public void Every_axis_has_a_few_marks_that_lie_on_it()
    {
        Prop.ForAll(Gen.Choose(-120, 120).Select(exponent => Math.Pow(10, exponent / 10.0)).ToArbitrary(), most =>
            new[] { PlotAxis.Linear(most, "", ""), PlotAxis.UpTo(most, "", ""), PlotAxis.Logarithmic(most / 100, most, "", "") }.All(axis =>
            {
                double[] ticks = [.. axis.Ticks()];
                return ticks.Length is >= 2 and <= 9 && axis.Max >= most * (1 - 1e-9) && ticks.All(tick => tick >= axis.Min * (1 - 1e-9) && tick <= axis.Max * (1 + 1e-9));
            })).Check(Config.QuickThrowOnFailure);
    }
}
