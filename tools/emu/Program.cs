using Emulator.Tool.CommandLine;
using Emulator.Tool.Terminal;

return EmuCommandLine.Invoke(args, new SystemToolHost());
