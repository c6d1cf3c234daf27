namespace Emulator.Serial;

/// <content>Characters that come and go, and the interrupts that they raise.</content>
public sealed partial class Pl011
{
    private uint ReadData()
    {
        if (_fifo.Count == 0)
        {
            return 0;
        }

        uint character = _fifo.Take();
        _receiveStatus = (_receiveStatus & OverrunStatus) | (character >> ErrorShift);
        if (_overrun)
        {
            character |= OverrunStatus << ErrorShift;
        }

        DropReceiveInterrupts();
        Refill();
        UpdateInterrupt();
        return character;
    }

    private void Transmit(byte value)
    {
        _raw |= Pl011Interrupts.Transmit;
        if (IsLoopback)
        {
            Receive(value);
        }

        UpdateInterrupt();
        _port.Transmit(value);
    }

    private void Refill()
    {
        // In loopback the line is cut off (section 3.3.8); what the host has sent waits.
        while (!IsLoopback && _fifo.Count < Depth && _port.TryTake(out byte value, out LineErrors errors))
        {
            Receive(value | ((uint)errors << ErrorShift));
        }
    }

    private void Receive(uint character)
    {
        if (_fifo.Count >= Depth)
        {
            _overrun = true;
            _receiveStatus |= OverrunStatus;
            _raw |= Pl011Interrupts.OverrunError;
            return;
        }

        _overrun = false;
        _fifo.Add(character);
        _raw |= (Pl011Interrupts)(character >> ErrorShift << 7);
        if (_fifo.Count == ReceiveLevel)
        {
            _raw |= Pl011Interrupts.Receive;
        }

        RestartReceiveTimeout();
    }

    private void RestartReceiveTimeout()
    {
        if ((_raw & Pl011Interrupts.ReceiveTimeout) == 0)
        {
            _clock.Arm(_receiveTimeout, _clock.Now.After(ReceiveTimeoutNanoseconds));
        }
    }

    private void DropReceiveInterrupts()
    {
        if (_fifo.Count < ReceiveLevel)
        {
            _raw &= ~Pl011Interrupts.Receive;
        }

        if (_fifo.Count == 0)
        {
            _raw &= ~Pl011Interrupts.ReceiveTimeout;
            _clock.Disarm(_receiveTimeout);
        }
    }

    private void ClearInterrupts(Pl011Interrupts cleared)
    {
        _raw &= ~cleared;

        // The condition of the timeout, characters waiting and none coming, still holds: it is told again a period later, so that a
        // driver that clears it and leaves characters behind does not lose them.
        if ((cleared & Pl011Interrupts.ReceiveTimeout) != 0 && _fifo.Count > 0)
        {
            RestartReceiveTimeout();
        }

        UpdateInterrupt();
    }
}
