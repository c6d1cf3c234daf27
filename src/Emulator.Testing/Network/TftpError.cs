namespace Emulator.Testing.Network;

/// <summary>Errors of TFTP (RFC 1350, appendix).</summary>
internal enum TftpError : ushort
{
    FileNotFound = 1,
    AccessViolation = 2,
    IllegalOperation = 4,
}
