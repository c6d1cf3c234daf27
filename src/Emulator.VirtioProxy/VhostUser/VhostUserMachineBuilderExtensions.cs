using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.VirtioProxy.Records;
using Microsoft.Extensions.Logging;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>Adds devices that vhost-user back ends serve to a machine.</summary>
public static class VhostUserMachineBuilderExtensions
{
    /// <summary>
    /// Adds a device that a process outside serves. The connection is made when the machine is built; a machine that a snapshot is loaded into has one of its own. With direct memory, and with a folder, a machine cannot be saved or forked.
    /// </summary>
    /// <param name="builder">Describes the machine.</param>
    /// <param name="device">What the back end serves.</param>
    /// <param name="socket">The back end's Unix socket, on which it listens.</param>
    /// <param name="options">How to use it.</param>
    /// <exception cref="VhostUserException">Direct memory is to be recorded.</exception>
    /// <returns>The same builder. Building throws <see cref="VhostUserException"/> when nobody listens there, or it is no fit back end.</returns>
    public static MachineBuilder WithVhostUser(this MachineBuilder builder, VhostUserDevice device, string socket, VhostUserOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(socket);
        VhostUserOptions chosen = options ?? new VhostUserOptions();
        if (chosen.IsDirect && chosen.RecordFile is not null)
        {
            throw new VhostUserException("a back end that maps the guest's memory writes there what nobody sees to record; record it with copied memory");
        }

        if (chosen.IsDirect)
        {
            _ = builder.WithSharedMemory();
        }

        string name = DeviceProfile.Of(device, chosen, []).Name;
        return builder.WithVirtioDevice(name, chosen.Transport, (settings, seed, logger) => chosen.RecordFile is { } file
            ? new RecordingBackend(new RecordWriter(file), 0, settings, watched => Create(watched, seed, logger))
            : Create(settings, seed, logger));

        IVirtioBackend Create(VirtioModelSettings settings, ulong seed, ILogger? logger)
        {
            byte[] address = [.. chosen.Address ?? MachineBuilder.MakeAddress(seed, settings.Name, port: 0)];
            DeviceProfile profile = DeviceProfile.Of(device, chosen, address);
            RemoteGate gate = settings.Remotes ?? throw new InvalidOperationException("a device that is served from outside needs a machine");
            if (!Host.LinuxCalls.IsSupported)
            {
                throw new VhostUserException("vhost-user needs 64-bit little-endian Linux; use a device of this process here");
            }

            var peer = new VhostUserPeer(socket, profile.PeerConfigurationLength, profile.SurvivesPeer, chosen.Patience, gate, logger);
            try
            {
                profile.Check(peer.Offer);
                return new VhostUserBackend(settings, profile, chosen, gate, peer);
            }
            catch
            {
                peer.Dispose();
                throw;
            }
        }
    }
}
