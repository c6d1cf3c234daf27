namespace Emulator.Virtio.Devices.Share;

/// <summary>Error numbers of Linux, which 9P2000.L speaks in.</summary>
internal enum LinuxError : uint
{
    None = 0,
    NotPermitted = 1, // EPERM
    NoEntry = 2, // ENOENT
    InputOutput = 5, // EIO
    NoDevice = 6, // ENXIO
    BadFile = 9, // EBADF
    NoMemory = 12, // ENOMEM
    Access = 13, // EACCES
    Exists = 17, // EEXIST
    NoDirectory = 20, // ENOTDIR
    IsDirectory = 21, // EISDIR
    Invalid = 22, // EINVAL
    TooManyFiles = 23, // ENFILE
    TooBig = 27, // EFBIG
    ReadOnly = 30, // EROFS
    NameTooLong = 36, // ENAMETOOLONG
    NotEmpty = 39, // ENOTEMPTY
    Protocol = 71, // EPROTO
    MessageSize = 90, // EMSGSIZE
    NotSupported = 95, // EOPNOTSUPP
    Stale = 116, // ESTALE
}
