using System.Net;
using System.Text;

namespace Emulator.Tool.Reporting;

/// <summary>Writes a page that needs nothing but itself.</summary>
internal sealed class HtmlWriter
{
    private const string Style = """
        :root { color-scheme: light dark; }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h2 { margin-top: 2.5rem; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
        table { border-collapse: collapse; margin: 0.75rem 0; font-variant-numeric: tabular-nums; }
        th, td { padding: 0.15rem 1rem 0.15rem 0; text-align: right; white-space: nowrap; }
        th { font-weight: 600; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
        .text { text-align: left; }
        .wide { overflow-x: auto; }
        svg { width: 100%; height: auto; margin: 0.75rem 0; }
        """;

    private readonly StringBuilder _text = new();

    /// <summary>Starts a page.</summary>
    public HtmlWriter(string title)
    {
        _text.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n");
        _text.Append($"<title>{Encode(title)}</title>\n<style>\n{Style.ReplaceLineEndings("\n")}\n</style>\n</head>\n<body>\n<h1>{Encode(title)}</h1>\n");
    }

    /// <summary>Writes a heading.</summary>
    public void Heading(int level, string text) => _text.Append($"<h{level}>{Encode(text)}</h{level}>\n");

    /// <summary>Writes a sentence.</summary>
    public void Paragraph(string text) => _text.Append($"<p>{Encode(text)}</p>\n");

    /// <summary>Writes a table. Columns whose cells begin with no digit are text.</summary>
    /// <param name="head">The columns.</param>
    /// <param name="rows">The cells.</param>
    public void Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] all = [.. rows];
        bool[] isText = [.. head.Select((_, column) => Array.Exists(all, row => row[column].Length > 0 && !char.IsAsciiDigit(row[column][0])))];
        _text.Append("<div class=\"wide\"><table>\n");
        WriteRow(head, "th", isText);
        foreach (IReadOnlyList<string> row in all)
        {
            WriteRow(row, "td", isText);
        }

        _text.Append("</table></div>\n");
    }

    /// <summary>Writes a picture.</summary>
    public void Picture(string svg) => _text.Append(svg);

    /// <summary>Ends the page.</summary>
    public string Finish() => _text.Append("</body>\n</html>\n").ToString();

    private void WriteRow(IReadOnlyList<string> cells, string element, bool[] isText)
    {
        _text.Append("<tr>");
        for (int column = 0; column < cells.Count; column++)
        {
            _text.Append($"<{element}{(isText[column] ? " class=\"text\"" : "")}>{Encode(cells[column])}</{element}>");
        }

        _text.Append("</tr>\n");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
