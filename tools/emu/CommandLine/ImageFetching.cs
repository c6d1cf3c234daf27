using Emulator.Testing.Images;
using Spectre.Console;

namespace Emulator.Tool.CommandLine;

/// <summary>Gets images, and shows on standard error what is being done when that takes a while.</summary>
internal static class ImageFetching
{
    /// <summary>Gets an image of the default store.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="host">The process.</param>
    public static PublicImage Get(string name, IToolHost host)
    {
        var store = new ImageStore();
        if (store.Find(name) is { } found)
        {
            return found;
        }

        if (!host.IsErrorTerminal)
        {
            return store.Get(name, step => host.Error.WriteLine($"{name}: {step}"));
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(host.Error) });
        return console.Status().Start($"{name}: looking", status =>
            store.Get(name, step => status.Status(Markup.Escape($"{name}: {step}"))));
    }
}
