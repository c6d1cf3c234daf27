using Emulator.VirtioProxy.VhostUser;

namespace Emulator.Tool.Running;

/// <summary>A device of a vhost-user back end that a run was asked for.</summary>
/// <param name="Device">What is served.</param>
/// <param name="Socket">Where.</param>
/// <param name="Options">How to use it.</param>
internal sealed record VhostUserSettings(VhostUserDevice Device, string Socket, VhostUserOptions Options);
