using System.Globalization;
using Emulator.Fuzz;

namespace Emulator.Tests.Fuzz;

/// <summary>
/// The fuzz target (tools/fuzz), for a moment; <c>EMULATOR_FUZZ_INPUTS</c> sets how many inputs each device gets.
/// </summary>
public sealed class VirtioTargetTests
{
    private const string InputsVariable = "EMULATOR_FUZZ_INPUTS";
    private const long UsualInputs = 300;
    private const long InputsForMistakes = 20_000;

    // Of the second byte of an input.
    private const int Transports = 8;

    // tools/fuzz/corpus
    private static string Corpus => Path.Combine(AppContext.BaseDirectory, "corpus");

    private static IEnumerable<string> Names => FuzzDevices.All.Select(kind => kind.Name);

    [TestCaseSource(nameof(Names))]
    public void RandomInputsHaveNoFinding(string name)
    {
        using var target = new VirtioTarget(FuzzDevices.All);
        int only = Names.ToList().IndexOf(name);
        long count = Environment.GetEnvironmentVariable(InputsVariable) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : UsualInputs;

        FuzzFinding? finding = new RandomRuns(target, FuzzDevices.All, only).Run(1, count);

        Assert.That(finding, Is.Null, $"dotnet run -c Release --project tools/fuzz -- 1 {finding?.Seed} {name}");
    }

    [Test]
    public void APlantedMistakeIsFound([Values] PlantedMistake mistake)
    {
        FuzzDevice kind = MistakenDevice.KindOf(mistake);
        using var target = new VirtioTarget([kind]);
        bool isRight = mistake == PlantedMistake.None;

        FuzzFinding? finding = new RandomRuns(target, [kind]).Run(1, isRight ? UsualInputs : InputsForMistakes);

        Assert.That(finding is null, Is.EqualTo(isRight), finding?.Problem.ToString());
        TestContext.Out.WriteLine(finding is null ? "nothing was found" : $"input {finding.Seed}: {finding.Problem.Message}");
    }

    [TestCaseSource(nameof(Names))]
    public void KeptInputsHaveNoFindingOverAnyTransport(string name)
    {
        using var target = new VirtioTarget(FuzzDevices.All);
        string[] files = Directory.GetFiles(Corpus, name.Replace(' ', '-') + "-*");
        Assert.That(files, Is.Not.Empty);
        foreach (string file in files)
        {
            byte[] input = File.ReadAllBytes(file);
            for (int transport = 0; transport < Transports; transport++)
            {
                input[1] = (byte)((input[1] & ~(Transports - 1)) | transport);
                Assert.That(() => target.Run(input), Throws.Nothing, $"{Path.GetFileName(file)} over transport {transport}");
            }
        }
    }

    [Test]
    public void KeptInputsHaveNoFindingOnAnyDevice()
    {
        using var target = new VirtioTarget(FuzzDevices.All);
        foreach (string file in Directory.GetFiles(Corpus))
        {
            byte[] input = File.ReadAllBytes(file);
            for (int kind = 0; kind < FuzzDevices.All.Count; kind++)
            {
                input[0] = (byte)kind;
                Assert.That(() => target.Run(input), Throws.Nothing, $"{Path.GetFileName(file)} on {FuzzDevices.All[kind].Name}");
            }
        }
    }

    [Test]
    public void InputsOfANumberAreAlwaysTheSame()
    {
        byte[] first = new RandomInputs(FuzzDevices.All, RandomInputs.AnyDevice).Make(5).ToArray();
        var others = new RandomInputs(FuzzDevices.All, RandomInputs.AnyDevice);
        _ = others.Make(4);
        Assert.That(others.Make(5).ToArray(), Is.EqualTo(first));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(500)]
    public void AnyBytesAreAnInput(int length)
    {
        using var target = new VirtioTarget(FuzzDevices.All);
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        Assert.That(() => target.Run(bytes), Throws.Nothing);
    }
}
