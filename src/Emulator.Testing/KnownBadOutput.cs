using System.Collections.Immutable;

namespace Emulator.Testing;

/// <summary>Texts that tell that a guest has died. An expectation fails as soon as one is printed instead of waiting for its limits.</summary>
public sealed class KnownBadOutput
{
    private readonly ImmutableArray<string>[] _byLastCharacter;

    /// <summary>Creates a list.</summary>
    /// <param name="texts">The texts, Latin-1, taken literally; none may be empty.</param>
    /// <exception cref="ArgumentException">A text is empty or not Latin-1.</exception>
    public KnownBadOutput(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Texts = [.. texts];
        if (Texts.Any(text => string.IsNullOrEmpty(text) || text.Any(c => c > byte.MaxValue)))
        {
            throw new ArgumentException("each text is Latin-1 and not empty", nameof(texts));
        }

        LongestText = Texts.IsEmpty ? 0 : Texts.Max(text => text.Length);
        _byLastCharacter = new ImmutableArray<string>[256];
        for (int i = 0; i < _byLastCharacter.Length; i++)
        {
            _byLastCharacter[i] = [.. Texts.Where(text => text[^1] == i)];
        }
    }

    /// <summary>Nothing is known to be bad.</summary>
    public static KnownBadOutput None { get; } = new([]);

    /// <summary>How U-Boot says that it has died.</summary>
    public static ImmutableArray<string> UBoot { get; } =
    [
        "### ERROR ###",
        "\" handler, esr 0x", // "Synchronous Abort", "Error", "Irq", "Fiq" ..., arch/arm/lib/interrupts_64.c
        "initcall sequence ",
        "initcall failed at ",
        "Stack smashing detected",
    ];

    /// <summary>How Zephyr says that it has died.</summary>
    public static ImmutableArray<string> Zephyr { get; } =
    [
        "ZEPHYR FATAL ERROR",
        "ASSERTION FAIL [",
    ];

    /// <summary>How Linux says that it has died.</summary>
    public static ImmutableArray<string> Linux { get; } =
    [
        "Kernel panic - not syncing",
        "Unable to handle kernel ",
        "Internal error: Oops",
        "kernel BUG at ",
        "Unhandled exception in EL3",
    ];

    /// <summary>How EDK2 says that it has died.</summary>
    public static ImmutableArray<string> Edk2 { get; } =
    [
        "Synchronous Exception at 0x",
        "ASSERT_EFI_ERROR (",
    ];

    /// <summary>All of the above.</summary>
    public static KnownBadOutput Default { get; } = new([.. UBoot, .. Zephyr, .. Linux, .. Edk2]);

    /// <summary>The texts.</summary>
    public ImmutableArray<string> Texts { get; }

    internal int LongestText { get; }

    /// <summary>This list and one text more.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="ArgumentException">The text is empty or not Latin-1.</exception>
    public KnownBadOutput With(string text) => new([.. Texts, text]);

    /// <summary>The texts that a byte may complete.</summary>
    internal ImmutableArray<string> EndingWith(byte value) => _byLastCharacter[value];
}
