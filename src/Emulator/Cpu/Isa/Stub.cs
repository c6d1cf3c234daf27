namespace Emulator.Cpu.Isa { internal enum A64Opcode : ushort { Undefined } internal static class A64Decoder { internal static A64Opcode Decode(uint i) => 0; } }
namespace Emulator.Cpu.Interpreter { internal static unsafe partial class Binder { internal static bool Bind(Isa.A64Opcode o, uint i, DecodedOperation* d) => false; } }
