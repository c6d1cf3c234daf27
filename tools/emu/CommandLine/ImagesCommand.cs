using System.CommandLine;
using Emulator.Testing.Images;
using Spectre.Console;

namespace Emulator.Tool.CommandLine;

/// <summary><c>emu images</c>: what the image store has.</summary>
internal static class ImagesCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(IToolHost host)
    {
        var command = new Command("images", "The store of public images: installed files, your cache, the distribution's packages.");
        command.SetAction(parsed => List(parsed.InvocationConfiguration.Output));

        var list = new Command("list", "Lists the images and where they are.");
        list.SetAction(parsed => List(parsed.InvocationConfiguration.Output));
        command.Subcommands.Add(list);

        command.Subcommands.Add(OnImage("get", "Fetches an image if it is not here yet, and tells where it is.", host, (image, output) =>
        {
            foreach ((string role, string path) in image.Files)
            {
                output.WriteLine($"{image.Name} {image.Version ?? "unknown version"} {role}: {path}");
            }
        }));
        command.Subcommands.Add(OnImage("path", "Prints the paths of an image's files, one a line, and fetches it first if it is not here.", host, (image, output) =>
        {
            foreach (string path in image.Files.Values)
            {
                output.WriteLine(path);
            }
        }));
        return command;
    }

    private static Command OnImage(string verb, string description, IToolHost host, Action<PublicImage, TextWriter> show)
    {
        var command = new Command(verb, description);
        var name = new Argument<string>("name") { Description = "the image's name, see 'emu images list'" };
        command.Arguments.Add(name);
        command.SetAction(parsed => show(ImageFetching.Get(parsed.GetRequiredValue(name), host), parsed.InvocationConfiguration.Output));
        return command;
    }

    private static void List(TextWriter output)
    {
        var store = new ImageStore();
        Table table = new Table().Border(TableBorder.None).AddColumns("name", "version", "where", "what");
        foreach (ImageEntry entry in store.Images)
        {
            PublicImage? image = store.Find(entry.Name);
            string where = image is null ? $"package {string.Join(" or ", entry.Packages.Select(package => package.Package))}" : image.Path;
            string version = image is null ? "" : image.Version ?? "unknown";
            table.AddRow(Markup.Escape(entry.Name), Markup.Escape(version), Markup.Escape(where), Markup.Escape(entry.Description));
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });

        // Paths must not be broken where nobody looks at a terminal's width.
        console.Profile.Width = Math.Max(console.Profile.Width, 240);
        console.Write(table);
    }
}
