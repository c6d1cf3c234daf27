using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Tests.Cpu.System;

namespace Emulator.Tests.Cpu.Translator;

/// <summary>Registers that hold a constant, or an address by their page.</summary>
internal sealed unsafe partial class RandomPrograms
{
    private const uint DataPages = (uint)((TranslatorWorld.Data - CpuWorld.Code) >> 12);

    // X0 to X6 are where they are quick to reach, the others are in memory.
    private static readonly uint[] KnownRegisters = [0, 3, 6, 8, 9, 17, 20, 21, 29];

    // What makes a value, and some instructions that use it, make it another one, or write its register with something else.
    private void AddKnownValue(List<uint> words)
    {
        uint register = KnownRegisters[_random.Next(KnownRegisters.Length)];
        bool isAddress = _random.Next(2) == 0;
        words.Add((isAddress ? NextDataAddress() : NextConstant()) | register);
        for (int i = _random.Next(1, 6); i > 0; i--)
        {
            words.Add(_random.Next(8) switch
            {
                0 => NextWord(),
                1 => NextBranch(2),
                2 => NextWithField(0, register),
                3 => NextWithField(_random.Next(2) == 0 ? 10 : 16, register),
                4 when isAddress => NextAccess(register),
                5 => NextWithField(5, register),
                6 => NextImmediate() | (register << 5) | KnownRegisters[_random.Next(KnownRegisters.Length)],
                _ when isAddress => NextAccess(register),
                _ => NextMoveKeep() | register,
            });
        }
    }

    // MOVZ, MOVN, or a move of a logical immediate.
    private uint NextConstant()
    {
        uint width = NextWidth();
        uint half = (uint)_random.Next(width != 0 ? 4 : 2) << 21;
        return _random.Next(5) switch
        {
            0 => 0x3200_03e0 | width | ((uint)_random.Next(32) << 16) | ((uint)_random.Next(31) << 10),
            1 => 0x1280_0000 | width | half | ((uint)_random.Next(0x10000) << 5),
            _ => 0x5280_0000 | width | half | ((uint)_random.Next(0x10000) << 5),
        };
    }

    // MOVK.
    private uint NextMoveKeep()
    {
        uint width = NextWidth();
        return 0x7280_0000 | width | ((uint)_random.Next(width != 0 ? 4 : 2) << 21) | ((uint)_random.Next(0x10000) << 5);
    }

    // ADD or SUB of an immediate, a move of a register, or a shift by an immediate.
    private uint NextImmediate()
    {
        uint width = NextWidth();
        return _random.Next(5) switch
        {
            0 => 0x1100_0000 | width | ((uint)_random.Next(0x400) << 10),
            1 => 0x5100_0000 | width | ((uint)_random.Next(0x400) << 10),
            2 => 0x2a00_03e0 | width | ((uint)_random.Next(32) << 16),
            3 => 0x5300_0000 | width | (width >> 9) | ((uint)_random.Next(32) << 16) | ((uint)_random.Next(32) << 10),
            _ => 0x9100_0000 | ((uint)_random.Next(0x400) << 10),
        };
    }

    // ADRP, ADR or MOVZ, of where the data are.
    private uint NextDataAddress() => _random.Next(3) switch
    {
        0 => 0xd2a0_0000 | ((uint)(TranslatorWorld.Data >> 16) << 5),
        1 => 0x1000_0000 | ((DataPages << 10) << 5),
        _ => 0x9000_0000 | ((DataPages & 3) << 29) | ((DataPages >> 2) << 5),
    };

    // A load or store whose base is the register.
    private uint NextAccess(uint register)
    {
        while (true)
        {
            A64Row row = _rows[_random.Next(_rows.Length)];
            if (row.Group == A64Group.LoadStore || Array.TrueForAll(_rows, r => r.Group != A64Group.LoadStore))
            {
                return NextWithField(5, register, row);
            }
        }
    }

    // An instruction with a register in one of its fields, if it may have that there.
    private uint NextWithField(int field, uint register, A64Row? row = null)
    {
        DecodedOperation scratch = default;
        uint word = row is null ? NextWord() : (NextUInt32() & ~row.Mask) | row.Value;
        uint changed = (word & ~(31u << field)) | (register << field);
        A64Row wanted = row ?? A64Table.Find(A64Decoder.Decode(word))!;
        bool isOne = wanted.Matches(changed) && A64Decoder.Decode(changed) == wanted.Opcode && Binder.Bind(wanted.Opcode, changed, &scratch) && !Touches(changed);
        return isOne ? changed : row is null ? word : NextWord();
    }

    private uint NextWidth() => _random.Next(3) != 0 ? 1u << 31 : 0;
}
