namespace Emulator.Serial;

/// <summary>The interrupt sources as UARTIMSC, UARTRIS, UARTMIS and UARTICR number them (PL011 TRM r1p5, section 3.3.10).</summary>
[Flags]
internal enum Pl011Interrupts : uint
{
    None = 0,
    RingIndicator = 1 << 0,
    ClearToSend = 1 << 1,
    DataCarrierDetect = 1 << 2,
    DataSetReady = 1 << 3,
    Receive = 1 << 4,
    Transmit = 1 << 5,
    ReceiveTimeout = 1 << 6,
    FramingError = 1 << 7,
    ParityError = 1 << 8,
    BreakError = 1 << 9,
    OverrunError = 1 << 10,
    All = (1 << 11) - 1,
}
