using System.Globalization;
using System.Net;
using System.Text;

namespace Emulator.Tool.Reporting;

/// <summary>A plot of lines as a picture in SVG, which has the same bytes on every host: text is left to whoever shows it.</summary>
internal static class SvgPlot
{
    private const int Width = 720;
    private const int Height = 260;
    private const int Left = 74;
    private const int Right = 28;
    private const int Top = 34;
    private const int Bottom = 44;
    private const int PlotWidth = Width - Left - Right;
    private const int PlotHeight = Height - Top - Bottom;
    private const int LegendEntryGap = 28;
    private const double CharacterWidth = 6.6;

    // Told apart on white and on black, and by most of those who do not see all colours.
    private static readonly string[] s_colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1", "#7f7f7f"];

    /// <summary>Draws it.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="x">The axis to the right.</param>
    /// <param name="y">The axis upwards.</param>
    /// <param name="series">The lines.</param>
    public static string Draw(string title, PlotAxis x, PlotAxis y, IReadOnlyList<PlotSeries> series)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" font-size=\"12\" fill=\"currentColor\" stroke-linejoin=\"round\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{Encode(title)}</title>\n<text x=\"{Left}\" y=\"16\" font-weight=\"600\">{Encode(title)}</text>\n");
        DrawAxes(svg, x, y);
        DrawLegend(svg, series);
        for (int i = 0; i < series.Count; i++)
        {
            DrawLine(svg, x, y, series[i], ColourOf(i));
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void DrawAxes(StringBuilder svg, PlotAxis x, PlotAxis y)
    {
        svg.Append("<g stroke=\"currentColor\" stroke-opacity=\"0.15\">\n");
        foreach (double tick in x.Ticks())
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{X(x, tick)} {Top}V{Top + PlotHeight}\"/>\n");
        }

        foreach (double tick in y.Ticks())
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {Y(y, tick)}H{Left + PlotWidth}\"/>\n");
        }

        svg.Append("</g>\n<g text-anchor=\"middle\">\n");
        foreach (double tick in x.Ticks())
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(x, tick)}\" y=\"{Top + PlotHeight + 16}\">{Encode(Quantity.Format(tick, x.Unit))}</text>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + (PlotWidth / 2)}\" y=\"{Height - 8}\">{Encode(x.Label)}</text>\n</g>\n<g text-anchor=\"end\">\n");
        foreach (double tick in y.Ticks())
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Y(y, tick)}\" dy=\"4\">{Encode(Quantity.Format(tick, y.Unit))}</text>\n");
        }

        svg.Append("</g>\n");
    }

    private static void DrawLegend(StringBuilder svg, IReadOnlyList<PlotSeries> series)
    {
        if (series.Count < 2)
        {
            return;
        }

        double right = Left + PlotWidth;
        for (int i = series.Count - 1; i >= 0; i--)
        {
            double start = right - (series[i].Name.Length * CharacterWidth);
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Number(start - 14)}\" y=\"7\" width=\"10\" height=\"10\" fill=\"{ColourOf(i)}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Number(start)}\" y=\"16\">{Encode(series[i].Name)}</text>\n");
            right = start - LegendEntryGap;
        }
    }

    private static void DrawLine(StringBuilder svg, PlotAxis x, PlotAxis y, PlotSeries series, string colour)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" d=\"");
        string last = "";
        char command = 'M';
        foreach ((double valueX, double valueY) in series.Points)
        {
            string point = $"{X(x, valueX)} {Y(y, valueY)}";
            if (point != last)
            {
                svg.Append(command).Append(point);
                command = 'L';
                last = point;
            }
        }

        svg.Append("\"/>\n");
    }

    private static string ColourOf(int index) => s_colours[index % s_colours.Length];

    private static string X(PlotAxis axis, double value) => Number(Left + (axis.PositionOf(value) * PlotWidth));

    private static string Y(PlotAxis axis, double value) => Number(Top + ((1 - axis.PositionOf(value)) * PlotHeight));

    // A tenth of a unit is less than anybody sees.
    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
