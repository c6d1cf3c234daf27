using Emulator.Virtio;
using Emulator.Virtio.Devices;

namespace Emulator.VirtioProxy.Server;

// A machine of the same process drives the model without messages.
internal sealed partial class ServedDevice
{
    /// <summary>True when the model can work on a machine's own memory.</summary>
    public bool CanBeLent => _backend is VirtioModel;

    /// <summary>What kind of device it is.</summary>
    public VirtioDeviceType DeviceType => _backend.DeviceType;

    /// <summary>Lets the model work for a machine; see <see cref="CanBeLent"/>.</summary>
    /// <param name="settings">What the model needs of it.</param>
    public VirtioModel Lend(VirtioModelSettings settings)
    {
        var model = (VirtioModel)_backend;
        model.Move(settings);
        return model;
    }

    /// <summary>Takes the model back.</summary>
    public void TakeBack()
    {
        if (_backend is VirtioModel model)
        {
            model.Move(_settings);
            model.Connect(this);
        }
    }
}
