using Emulator.VirtioProxy.VhostUser;

namespace Emulator.Fuzz.Vhost;

/// <summary>
/// A back end of vhost-user that answers, uses buffers, and writes to shared memory as the input says, behind a front end with a guest's driver. The device may fail and need a reset. Nothing throws; the machine stands still no longer
/// than the front end's patience; nothing of the guest's memory is written but its rings and the buffers of its requests; every descriptor that has come is closed; and when the back end behaves again, the guest is served again.
/// </summary>
internal sealed class VhostFrontEndTarget : IFuzzTarget
{
    private const int MostActions = 32;

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        var reader = new InputReader(input);
        var device = (VhostUserDevice)(reader.Byte() & 3);
        byte choices = reader.Byte();
        byte[] actions = reader.Bytes(reader.Byte() % MostActions).ToArray();
        using var trap = new DescriptorTrap();
        using (var backEnd = new HostileBackEnd(trap.Descriptor))
        {
            while (!reader.IsAtEnd)
            {
                backEnd.Add(TakeStep(ref reader));
            }

            Run(backEnd, device, choices, actions);
            if (!backEnd.IsLeft())
            {
                throw new InvalidOperationException("the connection was not closed");
            }
        }

        trap.CheckClosed();
    }

    private static BackEndStep TakeStep(ref InputReader reader)
    {
        (byte first, byte place, byte bits, byte count) = (reader.Byte(), reader.Byte(), reader.Byte(), reader.Byte());
        return new BackEndStep(first >> 4, (BackEndFault)(first & 0xf), place, bits, reader.Bytes(count).ToArray());
    }

    private static void Run(HostileBackEnd backEnd, VhostUserDevice device, byte choices, byte[] actions)
    {
        using var machine = new FrontEndMachine(isDirect: choices % 4 == 0, latency: choices % 3 == 0 ? 1000 : 0);
        if (!machine.TryBuild(backEnd, device))
        {
            return;
        }

        machine.Start();
        foreach (byte action in actions)
        {
            machine.Act(action);
        }

        backEnd.Behave();
        machine.CheckServes();
    }
}
