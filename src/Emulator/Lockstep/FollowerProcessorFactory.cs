using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;
using Emulator.Memory;

namespace Emulator.Lockstep;

/// <summary>Makes a CPU like the leader's of the same index.</summary>
/// <param name="index">Its index.</param>
/// <param name="bus">The bus that it is on.</param>
/// <param name="code">Decoded code of that bus.</param>
/// <param name="power">What PSCI acts on.</param>
internal delegate Processor FollowerProcessorFactory(int index, SystemBus bus, CodeCache code, IPowerController power);
