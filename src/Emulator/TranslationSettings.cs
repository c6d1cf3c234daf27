namespace Emulator;

/// <summary>What the builder of a machine tells an engine that translates.</summary>
/// <param name="CacheSize">Bytes of host code that the machine holds at most.</param>
/// <param name="WritesPerfMap">True when it tells <c>perf</c> which guest code its host code was made of.</param>
internal sealed record TranslationSettings(int CacheSize = TranslationSettings.DefaultCacheSize, bool WritesPerfMap = false)
{
    /// <summary>Bytes of host code, unless told otherwise.</summary>
    public const int DefaultCacheSize = 64 << 20;
}
