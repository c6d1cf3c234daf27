using System.Text.Json;

namespace Emulator.Testing.Images;

/// <summary>
/// Reads a manifest element by element: the serializer, even with generated code, takes several times as long to start as a machine does.
/// </summary>
internal static class ImageManifestReader
{
    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads a manifest.</summary>
    /// <param name="json">Its text.</param>
    /// <exception cref="JsonException">It is no JSON, or a member that a manifest needs is absent or of another kind.</exception>
    public static ImageManifest Read(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, Options);
        return new ImageManifest(List(document.RootElement, "images", Entry));
    }

    private static ImageEntry Entry(JsonElement element) =>
        new(Text(element, "name"), Text(element, "description"), List(element, "packages", Package));

    private static ImagePackage Package(JsonElement element) => new(
        Text(element, "package"),
        Texts(element, "files"),
        List(element, "versions", Version),
        element.TryGetProperty("suite", out _) ? Text(element, "suite") : null,
        element.TryGetProperty("onlyKnownVersions", out JsonElement only) && Truth(only, "onlyKnownVersions"));

    private static ImageVersion Version(JsonElement element) => new(Text(element, "version"), Texts(element, "sha256"));

    private static List<T> List<T>(JsonElement element, string name, Func<JsonElement, T> read)
        where T : class
    {
        var items = new List<T>();
        foreach (JsonElement item in Member(element, name, JsonValueKind.Array).EnumerateArray())
        {
            items.Add(read(item));
        }

        return items;
    }

    private static OrderedDictionary<string, string> Texts(JsonElement element, string name)
    {
        var texts = new OrderedDictionary<string, string>();
        foreach (JsonProperty property in Member(element, name, JsonValueKind.Object).EnumerateObject())
        {
            texts[property.Name] = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : throw Wrong(property.Name, JsonValueKind.String);
        }

        return texts;
    }

    private static string Text(JsonElement element, string name) => Member(element, name, JsonValueKind.String).GetString()!;

    private static bool Truth(JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, JsonValueKind.True),
    };

    private static JsonElement Member(JsonElement element, string name, JsonValueKind kind) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member) && member.ValueKind == kind
            ? member
            : throw Wrong(name, kind);

    private static JsonException Wrong(string name, JsonValueKind kind) => new($"'{name}' is needed, of kind {kind}");
}
