namespace Emulator.Tool.Reporting;

/// <summary>An axis of a plot.</summary>
internal sealed class PlotAxis
{
    private const int MostTicks = 6;

    private readonly double _step;

    private PlotAxis(string label, string unit, double min, double max, bool isLogarithmic, double step)
    {
        Label = label;
        Unit = unit;
        Min = min;
        Max = max;
        IsLogarithmic = isLogarithmic;
        _step = step;
    }

    /// <summary>What is along it.</summary>
    public string Label { get; }

    /// <summary>The unit of its values.</summary>
    public string Unit { get; }

    /// <summary>Where it begins.</summary>
    public double Min { get; }

    /// <summary>Where it ends.</summary>
    public double Max { get; }

    /// <summary>True when each decade is as long as another.</summary>
    public bool IsLogarithmic { get; }

    /// <summary>An axis from 0 to <paramref name="end"/> exactly.</summary>
    public static PlotAxis UpTo(double end, string label, string unit) => new(label, unit, 0, end > 0 ? end : 1, false, StepOf(end > 0 ? end : 1));

    /// <summary>An axis from 0 to a round value that is not below <paramref name="most"/>.</summary>
    public static PlotAxis Linear(double most, string label, string unit)
    {
        double step = StepOf(most > 0 ? most : 1);
        return new(label, unit, 0, step * Math.Ceiling((most > 0 ? most : 1) / step * (1 - 1e-9)), false, step);
    }

    /// <summary>An axis of whole decades around two values that are above zero.</summary>
    public static PlotAxis Logarithmic(double least, double most, string label, string unit)
    {
        double from = Math.Floor(Math.Log10(least) + 1e-9);
        double to = Math.Max(Math.Ceiling(Math.Log10(most) - 1e-9), from + 1);
        return new(label, unit, Math.Pow(10, from), Math.Pow(10, to), true, Math.Ceiling((to - from) / 12));
    }

    /// <summary>How far along a value is, 0 to 1.</summary>
    public double PositionOf(double value)
    {
        double position = IsLogarithmic
            ? (Math.Log10(Math.Max(value, Min)) - Math.Log10(Min)) / (Math.Log10(Max) - Math.Log10(Min))
            : (value - Min) / (Max - Min);
        return Math.Clamp(position, 0, 1);
    }

    /// <summary>Where the axis has its marks.</summary>
    public IEnumerable<double> Ticks()
    {
        int count = (int)Math.Round(IsLogarithmic ? Math.Log10(Max / Min) / _step : Math.Floor((Max - Min) / _step * (1 + 1e-9)));
        for (int i = 0; i <= count; i++)
        {
            yield return IsLogarithmic ? Min * Math.Pow(10, i * _step) : i * _step;
        }
    }

    // 1, 2 or 5 times a power of ten.
    private static double StepOf(double range)
    {
        double rough = range / MostTicks;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double factor = rough / power;
        return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
    }
}
