using System.Runtime.CompilerServices;
using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Serial;

/// <summary>
/// The Arm PrimeCell UART PL011 (TRM DDI 0183, r1p5), or the SBSA Generic UART, which is a subset of it. Characters travel in no time: a
/// byte is on the line when the store to UARTDR completes, so the transmit FIFO is always empty and the UART never busy.
/// </summary>
/// <remarks>
/// As on QEMU's <c>virt</c> it sends and receives without any set-up, whatever UARTEN, TXE, RXE and CTSEN say: early consoles
/// (U-Boot's debug UART, Linux earlycon) rely on a loader that has enabled it, and there may have been none. Unlike QEMU 7.2 it
/// honours the receive trigger level, the receive timeout and loopback, as the hardware does.
/// </remarks>
public sealed partial class Pl011 : WordRegisterDevice, ISerialReceiver, ITimerTarget
{
    /// <summary>Length of the register window in bytes.</summary>
    public const ulong WindowLength = 0x1000;

    private const ulong DataRegister = 0x000;
    private const ulong ReceiveStatusRegister = 0x004;
    private const ulong FlagRegister = 0x018;
    private const ulong LowPowerCounterRegister = 0x020;
    private const ulong IntegerBaudRateRegister = 0x024;
    private const ulong FractionalBaudRateRegister = 0x028;
    private const ulong LineControlRegister = 0x02c;
    private const ulong ControlRegister = 0x030;
    private const ulong InterruptLevelRegister = 0x034;
    private const ulong InterruptMaskRegister = 0x038;
    private const ulong RawInterruptStatusRegister = 0x03c;
    private const ulong MaskedInterruptStatusRegister = 0x040;
    private const ulong InterruptClearRegister = 0x044;
    private const ulong DmaControlRegister = 0x048;
    private const ulong IdentificationRegisters = 0xfe0;

    // The registers of the generic subset and of the whole part, a bit for each word.
    private const ulong GenericRegisters = (1UL << (int)(DataRegister / sizeof(uint))) | (1UL << (int)(ReceiveStatusRegister / sizeof(uint)))
        | (1UL << (int)(FlagRegister / sizeof(uint))) | (1UL << (int)(InterruptMaskRegister / sizeof(uint)))
        | (1UL << (int)(RawInterruptStatusRegister / sizeof(uint))) | (1UL << (int)(MaskedInterruptStatusRegister / sizeof(uint)))
        | (1UL << (int)(InterruptClearRegister / sizeof(uint)));

    private const ulong FullRegisters = GenericRegisters | (1UL << (int)(LowPowerCounterRegister / sizeof(uint)))
        | (1UL << (int)(IntegerBaudRateRegister / sizeof(uint))) | (1UL << (int)(FractionalBaudRateRegister / sizeof(uint)))
        | (1UL << (int)(LineControlRegister / sizeof(uint))) | (1UL << (int)(ControlRegister / sizeof(uint)))
        | (1UL << (int)(InterruptLevelRegister / sizeof(uint))) | (1UL << (int)(DmaControlRegister / sizeof(uint)));

    private const int ErrorShift = 8; // of FE, PE and BE in UARTDR; in UARTRSR they start at bit 0
    private const uint OverrunStatus = 1 << 3;

    private const uint FlagReceiveEmpty = 1 << 4;
    private const uint FlagReceiveFull = 1 << 6;
    private const uint FlagTransmitEmpty = 1 << 7;

    private const uint LineBreak = 1 << 0;
    private const uint LineFifoEnable = 1 << 4;

    private const uint ControlLoopback = 1 << 7;
    private const uint ControlDataTransmitReady = 1 << 10;
    private const uint ControlRequestToSend = 1 << 11;
    private const uint ControlOut1 = 1 << 12;
    private const uint ControlOut2 = 1 << 13;
    private const uint ControlMask = 0xff87;
    private const uint ControlReset = 0x300;

    private const uint InterruptLevelReset = 0x12;
    private const int DefaultBaudRate = 115_200;

    private readonly Pl011ReceiveFifo _fifo = new();
    private readonly ConsolePort _port;
    private readonly IInterruptLine _interrupt;
    private readonly IMachineClock _clock;
    private readonly TimerId _receiveTimeout;
    private readonly Pl011Variant _variant;
    private readonly uint _clockHertz;

    private bool _overrun;
    private uint _receiveStatus;
    private uint _lowPowerCounter;
    private uint _integerBaudRate;
    private uint _fractionalBaudRate;
    private uint _baudDivisor;
    private uint _lineControl;
    private uint _control;
    private uint _interruptLevel;
    private uint _dmaControl;
    private Pl011Interrupts _mask;
    private Pl011Interrupts _raw;
    private ModemLines _modemLines;

    /// <summary>Creates the UART in its reset state.</summary>
    /// <param name="name">A name unique in the machine, for instance <c>pl011@9000000</c>.</param>
    /// <param name="port">The host's end of the line.</param>
    /// <param name="interrupt">UARTINTR, the combined interrupt.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <param name="unimplemented">Where accesses to undeclared registers are counted.</param>
    /// <param name="variant">The whole part or the generic subset.</param>
    /// <param name="clockHertz">UARTCLK, from which the guest derives its baud rate; 24 MHz on <c>virt</c>.</param>
    public Pl011(
        string name,
        ConsolePort port,
        IInterruptLine interrupt,
        IMachineClock clock,
        UnimplementedAccesses unimplemented,
        Pl011Variant variant = Pl011Variant.Full,
        uint clockHertz = 24_000_000)
        : base(name, WindowLength, unimplemented)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(interrupt);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentOutOfRangeException.ThrowIfZero(clockHertz);
        _port = port;
        _interrupt = interrupt;
        _clock = clock;
        _variant = variant;
        _clockHertz = clockHertz;
        _receiveTimeout = clock.Register($"{name}.receive-timeout", this);
        _control = ControlReset;
        _interruptLevel = InterruptLevelReset;
        port.Connect(this);
    }

    // UARTPeriphID0-3 and UARTPCellID0-3.
    private static ReadOnlySpan<byte> Identification => [0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

    // UARTIFLS.RXIFLSEL; the reserved encodings act as the highest level.
    private static ReadOnlySpan<byte> ReceiveLevels => [2, 4, 8, 12, 14, 14, 14, 14];

    private bool IsFull => _variant == Pl011Variant.Full;

    private bool IsFifoEnabled => !IsFull || (_lineControl & LineFifoEnable) != 0;

    private bool IsLoopback => (_control & ControlLoopback) != 0;

    private int Depth => IsFifoEnabled ? Pl011ReceiveFifo.Capacity : 1;

    private int ReceiveLevel => IsFifoEnabled ? ReceiveLevels[(int)(_interruptLevel >> 3) & 7] : 1;

    // Section 3.3.8: in loopback the modem outputs are fed to the inputs.
    private ModemLines EffectiveModemLines => !IsLoopback
        ? _modemLines
        : ((_control & ControlRequestToSend) != 0 ? ModemLines.ClearToSend : 0)
            | ((_control & ControlDataTransmitReady) != 0 ? ModemLines.DataSetReady : 0)
            | ((_control & ControlOut1) != 0 ? ModemLines.DataCarrierDetect : 0)
            | ((_control & ControlOut2) != 0 ? ModemLines.RingIndicator : 0);

    private long ReceiveTimeoutNanoseconds
    {
        get
        {
            // A bit lasts 16 * (IBRD + FBRD / 64) cycles of UARTCLK; the timeout is 32 bits (section 2.4.3).
            const long nanosecondsPerSecond = 1_000_000_000;
            return _baudDivisor < 64
                ? 32 * nanosecondsPerSecond / DefaultBaudRate
                : 32 * 16 / 64 * _baudDivisor * nanosecondsPerSecond / _clockHertz;
        }
    }

    /// <summary>Drives the modem status inputs.</summary>
    /// <param name="lines">The lines asserted.</param>
    public void SetModemLines(ModemLines lines)
    {
        ModemLines before = EffectiveModemLines;
        _modemLines = lines;
        NoteModemChange(before);
        UpdateInterrupt();
    }

    /// <inheritdoc/>
    public void TakeInput()
    {
        Refill();
        UpdateInterrupt();
    }

    /// <inheritdoc/>
    public void OnTimer(TimerId timer)
    {
        _raw |= Pl011Interrupts.ReceiveTimeout;
        UpdateInterrupt();
    }

    /// <inheritdoc/>
    public override void Reset(ResetKind kind)
    {
        _fifo.Clear();
        _overrun = false;
        _receiveStatus = 0;
        _lowPowerCounter = 0;
        _integerBaudRate = 0;
        _fractionalBaudRate = 0;
        _baudDivisor = 0;
        _lineControl = 0;
        _control = ControlReset;
        _interruptLevel = InterruptLevelReset;
        _dmaControl = 0;
        _mask = Pl011Interrupts.None;
        _raw = Pl011Interrupts.None;
        _clock.Disarm(_receiveTimeout);
        UpdateInterrupt();
        _port.RequestPump();
    }

    /// <inheritdoc/>
    public override void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(Name, 1);
        _fifo.Save(writer);
        writer.Write(_overrun);
        writer.Write(_receiveStatus);
        writer.Write(_lowPowerCounter);
        writer.Write(_integerBaudRate);
        writer.Write(_fractionalBaudRate);
        writer.Write(_baudDivisor);
        writer.Write(_lineControl);
        writer.Write(_control);
        writer.Write(_interruptLevel);
        writer.Write(_dmaControl);
        writer.Write((uint)_mask);
        writer.Write((uint)_raw);
        writer.Write((uint)_modemLines);
    }

    /// <inheritdoc/>
    public override void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(Name, 1);
        _fifo.Load(reader);
        _overrun = reader.ReadBoolean();
        _receiveStatus = reader.ReadUInt32();
        _lowPowerCounter = reader.ReadUInt32();
        _integerBaudRate = reader.ReadUInt32();
        _fractionalBaudRate = reader.ReadUInt32();
        _baudDivisor = reader.ReadUInt32();
        _lineControl = reader.ReadUInt32();
        _control = reader.ReadUInt32();
        _interruptLevel = reader.ReadUInt32();
        _dmaControl = reader.ReadUInt32();
        _mask = (Pl011Interrupts)reader.ReadUInt32();
        _raw = (Pl011Interrupts)reader.ReadUInt32();
        _modemLines = (ModemLines)reader.ReadUInt32();
    }

    /// <inheritdoc/>
    protected override bool TryReadRegister(ulong offset, out uint value)
    {
        ulong register = offset & ~3ul;
        if (!IsDeclared(register))
        {
            value = 0;
            return false;
        }

        value = register switch
        {
            DataRegister => ReadData(),
            ReceiveStatusRegister => _receiveStatus,
            FlagRegister => Flags(),
            LowPowerCounterRegister => _lowPowerCounter,
            IntegerBaudRateRegister => _integerBaudRate,
            FractionalBaudRateRegister => _fractionalBaudRate,
            LineControlRegister => _lineControl,
            ControlRegister => _control,
            InterruptLevelRegister => _interruptLevel,
            InterruptMaskRegister => (uint)_mask,
            RawInterruptStatusRegister => (uint)_raw,
            MaskedInterruptStatusRegister => (uint)(_raw & _mask),
            DmaControlRegister => _dmaControl,
            >= IdentificationRegisters => Identification[(int)(register - IdentificationRegisters) / 4],
            _ => 0, // UARTICR is write-only
        };
        return true;
    }

    /// <inheritdoc/>
    protected override bool TryWriteRegister(ulong offset, uint value)
    {
        ulong register = offset & ~3ul;
        if (!IsDeclared(register))
        {
            return false;
        }

        switch (register)
        {
            case DataRegister:
                Transmit((byte)value);
                break;
            case ReceiveStatusRegister:
                _receiveStatus = 0; // as UARTECR any write clears all
                break;
            case LowPowerCounterRegister:
                _lowPowerCounter = value & 0xff;
                break;
            case IntegerBaudRateRegister:
                _integerBaudRate = value & 0xffff;
                break;
            case FractionalBaudRateRegister:
                _fractionalBaudRate = value & 0x3f;
                break;
            case LineControlRegister:
                WriteLineControl(value & 0xff);
                break;
            case ControlRegister:
                WriteControl(value & ControlMask);
                break;
            case InterruptLevelRegister:
                _interruptLevel = value & 0x3f;
                break;
            case InterruptMaskRegister:
                _mask = (Pl011Interrupts)value & Pl011Interrupts.All;
                UpdateInterrupt();
                break;
            case InterruptClearRegister:
                ClearInterrupts((Pl011Interrupts)value);
                break;
            case DmaControlRegister:
                _dmaControl = value & 7; // stored only: the part has no DMA controller to talk to
                break;
        }

        return true;
    }

    /// <inheritdoc/>
    protected override bool IsPollableRegister(ulong offset) => offset >= ReceiveStatusRegister && IsDeclared(offset & ~3ul);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsDeclared(ulong register) => register < 64 * sizeof(uint)
        ? (((IsFull ? FullRegisters : GenericRegisters) >> (int)(register / sizeof(uint))) & 1) != 0
        : register is >= IdentificationRegisters and < WindowLength && IsFull;

    // UARTFR: bits 0 to 2 are CTS, DSR and DCD, bit 8 is RI.
    private uint Flags()
    {
        ModemLines lines = EffectiveModemLines;
        return FlagTransmitEmpty
            | (_fifo.Count == 0 ? FlagReceiveEmpty : 0)
            | (_fifo.Count >= Depth ? FlagReceiveFull : 0)
            | (uint)(lines & ~ModemLines.RingIndicator)
            | ((lines & ModemLines.RingIndicator) != 0 ? 1u << 8 : 0);
    }

    private void WriteLineControl(uint value)
    {
        uint changed = _lineControl ^ value;
        _lineControl = value;

        // Section 3.3.6: a new divisor takes effect with the write to UARTLCR_H that must follow it.
        _baudDivisor = (_integerBaudRate << 6) | _fractionalBaudRate;
        if ((changed & LineFifoEnable) != 0 && !IsFifoEnabled)
        {
            // The usual way to flush. Switching the FIFO on keeps the one character there is, lest early input is lost.
            _fifo.Clear();
            DropReceiveInterrupts();
        }

        if ((changed & value & LineBreak) != 0 && IsLoopback)
        {
            Receive((uint)LineErrors.Break << ErrorShift);
        }

        TakeInput();
    }

    private void WriteControl(uint value)
    {
        ModemLines before = EffectiveModemLines;
        _control = value;
        NoteModemChange(before);
        TakeInput();
    }

    private void NoteModemChange(ModemLines before)
    {
        ModemLines changed = before ^ EffectiveModemLines;
        _raw |= ((changed & ModemLines.RingIndicator) != 0 ? Pl011Interrupts.RingIndicator : 0)
            | ((changed & ModemLines.ClearToSend) != 0 ? Pl011Interrupts.ClearToSend : 0)
            | ((changed & ModemLines.DataCarrierDetect) != 0 ? Pl011Interrupts.DataCarrierDetect : 0)
            | ((changed & ModemLines.DataSetReady) != 0 ? Pl011Interrupts.DataSetReady : 0);
    }

    private void UpdateInterrupt() => _interrupt.Set((_raw & _mask) != 0);
}
