using System.Globalization;
using Emulator.Fuzz;
using Emulator.Fuzz.Proxy;
using Emulator.Fuzz.Vhost;
using SharpFuzz;

// Without arguments: a target for afl-fuzz, after "sharpfuzz Emulator.dll". With a file or folder: performs the inputs in it. With a number: as many random inputs, from a seed; and a device's
// name: for that one only. "instrument" with a copy of Emulator.dll makes that tell which branches it takes; with it in this one's place, "keep" with a number and a folder writes those of so many random
// inputs for each device that reach more than those before: the corpus.
// "proxy" with a number: as many random inputs for both sides of virtio-proxy, from a seed; "proxy-server" and "proxy-front-end" are targets for afl-fuzz, after "sharpfuzz Emulator.VirtioProxy.dll".
// "rings" with a number: as many for each side of rings in shared memory.
// "vhost", "vhost-server" and "vhost-front-end": the same for vhost-user.
using var target = new VirtioTarget(FuzzDevices.All);
switch (args)
{
    case []:
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            target.Run(memory.ToArray());
        });
        return 0;
    case ["proxy-server" or "proxy-front-end" or "vhost-server" or "vhost-front-end"]:
        IFuzzTarget side = args[0] switch
        {
            "proxy-server" => new ServerTarget(),
            "proxy-front-end" => new FrontEndTarget(),
            "vhost-server" => new VhostServerTarget(),
            _ => new VhostFrontEndTarget(),
        };
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            side.Run(memory.ToArray());
        });
        return 0;
    case ["proxy", string inputs, ..]:
        return Tell(inputs, ProxyRuns.Run(SeedAt(2), CountOf(inputs)));
    case ["rings", string inputs, ..]:
        return Tell(inputs, ProxyRuns.RunRings(SeedAt(2), CountOf(inputs)));
    case ["vhost", string inputs, ..]:
        return Tell(inputs, VhostRuns.Run(SeedAt(2), CountOf(inputs)));
    case ["instrument", string assembly]:
        int types = Fuzzer.Instrument(assembly, InputCollection.IsOfDevices, SharpFuzz.Options.Value).Count();
        Console.WriteLine($"{types} types");
        return 0;
    case ["keep", string number, string folder]:
        using (var collection = new InputCollection(FuzzDevices.All))
        {
            Console.WriteLine($"{collection.Keep(ulong.Parse(number, CultureInfo.InvariantCulture), folder)} inputs");
        }

        return 0;
    case [string path] when Path.Exists(path):
        IEnumerable<string> files = File.Exists(path) ? [path] : Directory.EnumerateFiles(path).Order(StringComparer.Ordinal);
        foreach (string file in files)
        {
            target.Run(File.ReadAllBytes(file));
        }

        return 0;
    default:
        int only = args.Length > 2 ? FuzzDevices.All.Select(kind => kind.Name).ToList().IndexOf(args[2]) : RandomInputs.AnyDevice;
        return Tell(args[0], new RandomRuns(target, FuzzDevices.All, only).Run(SeedAt(1), CountOf(args[0])));
}

ulong SeedAt(int index) => args.Length > index ? ulong.Parse(args[index], CultureInfo.InvariantCulture) : 1;

static long CountOf(string number) => long.Parse(number, CultureInfo.InvariantCulture);

static int Tell(string count, FuzzFinding? finding)
{
    if (finding is null)
    {
        Console.WriteLine($"{count} inputs without a finding");
        return 0;
    }

    string file = $"finding-{finding.Seed}.bin";
    File.WriteAllBytes(file, finding.Input);
    Console.Error.WriteLine($"{file}: {finding.Problem}");
    return 1;
}
