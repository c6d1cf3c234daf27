using System.CommandLine;
using Emulator.Tool.CommandLine;

namespace Emulator.Tool.Reporting;

/// <summary><c>emu report</c>: timelines and statistics as one page with plots. The same files give the same page.</summary>
internal static class ReportCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var command = new Command("report", "Makes a page with plots of what 'run' has written with --trace and --stats.");
        var files = new Argument<string[]>("files") { Arity = ArgumentArity.OneOrMore, Description = "timelines and statistics, in any order" };
        var output = new Option<string>("--output") { HelpName = "FILE.html", Description = "the page", Required = true };
        command.Arguments.Add(files);
        command.Options.Add(output);
        command.SetAction(parsed =>
        {
            string page = parsed.GetRequiredValue(output);
            if (page.Length == 0)
            {
                throw new UsageException("--output: a file name is missing");
            }

            File.WriteAllText(page, Write(parsed.GetRequiredValue(files)));
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Makes the page.</summary>
    /// <param name="files">What it tells of.</param>
    /// <exception cref="EmulatorException">A file is something else.</exception>
    internal static string Write(IReadOnlyList<string> files)
    {
        var html = new HtmlWriter("Emulator report");
        var statistics = new List<string>();
        foreach (string file in files)
        {
            html.Heading(2, Path.GetFileName(file));
            switch (FirstCharacterOf(file))
            {
                case '[':
                    TraceReport.Write(html, TraceFile.Read(file));
                    break;
                case '{':
                    StatisticsReport.Write(html, file);
                    statistics.Add(file);
                    break;
                default:
                    throw new EmulatorException($"'{file}' is neither a timeline of 'emu run --trace' nor statistics of 'emu run --stats'");
            }
        }

        StatisticsComparison.Write(html, statistics);
        return html.Finish();
    }

    // An array of events, or an object.
    private static int FirstCharacterOf(string file)
    {
        using var reader = new StreamReader(file);
        int character;
        do
        {
            character = reader.Read();
        }
        while (character >= 0 && char.IsWhiteSpace((char)character));

        return character;
    }
}
