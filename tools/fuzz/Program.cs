using System.Globalization;
using Emulator.Fuzz;
using SharpFuzz;

// Without arguments: a target for afl-fuzz, after "sharpfuzz Emulator.dll". With a file or folder: performs the inputs in it. With a number: as many random inputs, from a seed.
switch (args)
{
    case []:
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            VirtioTarget.Run(memory.ToArray());
        });
        return 0;
    case [string path] when Path.Exists(path):
        IEnumerable<string> files = File.Exists(path) ? [path] : Directory.EnumerateFiles(path).Order(StringComparer.Ordinal);
        foreach (string file in files)
        {
            VirtioTarget.Run(File.ReadAllBytes(file));
        }

        return 0;
    default:
        ulong seed = args.Length > 1 ? ulong.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        return new RandomRuns(seed).Run(long.Parse(args[0], CultureInfo.InvariantCulture));
}
