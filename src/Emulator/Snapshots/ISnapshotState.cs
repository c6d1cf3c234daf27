namespace Emulator.Snapshots;

/// <summary>A component with state that can be saved and restored. Each part writes and checks its own version.</summary>
public interface ISnapshotState
{
    /// <summary>Writes the state. Saving changes nothing.</summary>
    /// <param name="writer">Where to.</param>
    void Save(SnapshotWriter writer);

    /// <summary>Replaces the state by what <see cref="Save"/> wrote.</summary>
    /// <param name="reader">Where from.</param>
    /// <exception cref="SnapshotException">The data is of another component or version, or truncated.</exception>
    void Load(SnapshotReader reader);
}
