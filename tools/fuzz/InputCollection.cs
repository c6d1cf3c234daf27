using System.Globalization;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Emulator.Fuzz;

/// <summary>
/// Keeps of many random inputs those that reach a branch of the devices that none before has reached. For that, Emulator.dll has to be instrumented (<see cref="SharpFuzz.Fuzzer.Instrument"/>).
/// </summary>
/// <param name="kinds">The devices.</param>
internal sealed unsafe class InputCollection(IReadOnlyList<FuzzDevice> kinds) : IDisposable
{
    private const int MapLength = 1 << 16;

    private readonly byte* _reached = (byte*)NativeMemory.AllocZeroed(MapLength);
    private readonly bool[] _known = new bool[MapLength];

    /// <summary>Says whether code of a type is to be instrumented.</summary>
    public static bool IsOfDevices(string type) => type.StartsWith("Emulator.Virtio", StringComparison.Ordinal) || type.StartsWith("Emulator.Network", StringComparison.Ordinal);

    /// <summary>Performs inputs for each device, and writes those that are worth keeping to a folder.</summary>
    /// <param name="count">How many for each device.</param>
    /// <param name="folder">Where they go.</param>
    /// <returns>How many were kept.</returns>
    public int Keep(ulong count, string folder)
    {
        _ = Directory.CreateDirectory(folder);
        Trace.SharedMem = _reached;
        using var target = new VirtioTarget(kinds);
        int kept = 0;
        for (int kind = 0; kind < kinds.Count; kind++)
        {
            var inputs = new RandomInputs(kinds, kind);
            for (ulong seed = 1; seed <= count; seed++)
            {
                ReadOnlySpan<byte> input = inputs.Make(seed);
                if (ReachesMore(target, input))
                {
                    string name = string.Create(CultureInfo.InvariantCulture, $"{kinds[kind].Name.Replace(' ', '-')}-{seed}");
                    File.WriteAllBytes(Path.Combine(folder, name), input);
                    kept++;
                }
            }
        }

        return kept;
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(_reached);

    private bool ReachesMore(VirtioTarget target, ReadOnlySpan<byte> input)
    {
        var reached = new Span<byte>(_reached, MapLength);
        reached.Clear();
        Trace.PrevLocation = 0;
        target.Run(input);
        bool isMore = false;
        for (int i = reached.IndexOfAnyExcept((byte)0); i >= 0 && i < MapLength; i++)
        {
            if (reached[i] != 0 && !_known[i])
            {
                _known[i] = isMore = true;
            }
        }

        return isMore;
    }
}
