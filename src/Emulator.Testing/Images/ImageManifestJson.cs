using System.Text.Json;
using System.Text.Json.Serialization;

namespace Emulator.Testing.Images;

/// <summary>How a manifest is read: by generated code, since looking at types at run time takes longer than a machine does to start.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    ReadCommentHandling = JsonCommentHandling.Skip,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ImageManifest))]
internal sealed partial class ImageManifestJson : JsonSerializerContext;
