using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Tests.Devices;

namespace Emulator.Tests.Interrupts;

/// <summary>A frame of a GICv2 with the state of the whole, which no frame has of its own.</summary>
internal sealed class GicV2Part(GicV2 gic, IMmioDevice frame) : IMmioDevice, ISnapshotState
{
    public string Name => frame.Name;

    public ulong Length => frame.Length;

    public BusResult Read(in BusAccess access) => frame.Read(access);

    public BusStatus Write(in BusAccess access, ulong value) => frame.Write(access, value);

    public bool IsPollable(in BusAccess access) => frame.IsPollable(access);

    public void Reset(ResetKind kind) => gic.Reset(kind);

    public void Save(SnapshotWriter writer) => gic.Save(writer);

    public void Load(SnapshotReader reader) => gic.Load(reader);
}

internal abstract class GicV2Contract : DeviceContract<GicV2Part>
{
    protected abstract IMmioDevice FrameOf(GicV2 gic);

    protected override GicV2Part CreateDevice(DeviceWorld world)
    {
        var gic = new GicV2(new GicV2Options { CpuCount = 2, HasSecurityExtensions = true, HasVirtualInterface = true }, world.Unimplemented);
        return new GicV2Part(gic, FrameOf(gic));
    }

    protected override IEnumerable<(ulong Start, ulong End)> Ranges(GicV2Part device) => [(0, 0x1010)];
}

[TestFixture]
internal sealed class GicV2DistributorContract : GicV2Contract
{
    protected override IMmioDevice FrameOf(GicV2 gic) => gic.Distributor;
}

[TestFixture]
internal sealed class GicV2CpuInterfaceContract : GicV2Contract
{
    protected override IMmioDevice FrameOf(GicV2 gic) => gic.CpuInterface;
}

[TestFixture]
internal sealed class GicV2HypervisorInterfaceContract : GicV2Contract
{
    protected override IMmioDevice FrameOf(GicV2 gic) => gic.HypervisorInterface!;
}

[TestFixture]
internal sealed class GicV2VirtualCpuInterfaceContract : GicV2Contract
{
    protected override IMmioDevice FrameOf(GicV2 gic) => gic.VirtualCpuInterface!;
}

[TestFixture]
internal sealed class GicV2MessageFrameContract : DeviceContract<GicV2MessageFrame>
{
    protected override GicV2MessageFrame CreateDevice(DeviceWorld world) => new("v2m", 80, [new RecordedLine(), new RecordedLine()], world.Unimplemented);
}
