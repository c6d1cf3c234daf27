using System.Buffers.Binary;

namespace Emulator.Memory;

/// <content>The command set: program, erase, lock.</content>
public sealed partial class CfiFlash
{
    private void WriteBus(ulong offset, uint value, int size)
    {
        byte command = (byte)value;
        FlashCycle cycle = _cycle;
        _cycle = FlashCycle.Command;
        switch (cycle)
        {
            case FlashCycle.ProgramData:
                Span<byte> word = stackalloc byte[BusWidth];
                BinaryPrimitives.WriteUInt32LittleEndian(word, value);
                Program(offset, word[..size]);
                break;
            case FlashCycle.EraseConfirm:
                Erase(offset, command);
                break;
            case FlashCycle.LockConfirm:
                ChangeLock(offset, command);
                break;
            case FlashCycle.BufferCount:
                _cycle = _buffer.SetCount(BlockOf(offset), (ushort)value) ? FlashCycle.BufferData : FlashCycle.Command;
                _status |= _cycle == FlashCycle.Command ? FlashStatus.SequenceError : FlashStatus.None;
                break;
            case FlashCycle.BufferData:
                _cycle = _buffer.Add(offset, value, size) ? FlashCycle.BufferConfirm : FlashCycle.BufferData;
                break;
            case FlashCycle.BufferConfirm:
                ProgramBuffer(command);
                break;
            default:
                StartCommand(offset, command);
                break;
        }
    }

    private void StartCommand(ulong offset, byte command)
    {
        FlashReadMode mode = FlashReadMode.Status;
        switch (command)
        {
            case 0x10 or 0x40:
                _cycle = FlashCycle.ProgramData;
                break;
            case 0x20:
                _cycle = FlashCycle.EraseConfirm;
                break;
            case 0x60:
                _cycle = FlashCycle.LockConfirm;
                break;
            case 0x70:
                break;
            case 0x90:
                mode = FlashReadMode.Identifier;
                break;
            case 0x98:
                mode = FlashReadMode.Query;
                break;
            case 0xe8:
                _buffer.Start(BlockOf(offset));
                _cycle = FlashCycle.BufferCount;
                break;
            case 0x50:
                _status = FlashStatus.Ready;
                mode = FlashReadMode.Array;
                break;
            default:
                // 0xff, Read Array, and every command that these chips do not have.
                mode = FlashReadMode.Array;
                break;
        }

        SetMode(mode);
    }

    private void Program(ulong offset, ReadOnlySpan<byte> bytes)
    {
        int first = BlockOf(offset);
        int last = BlockOf(offset + (ulong)bytes.Length - 1);
        if (!MayChange(first, FlashStatus.ProgramError) || !MayChange(last, FlashStatus.ProgramError))
        {
            return;
        }

        Span<byte> result = stackalloc byte[64];
        while (!bytes.IsEmpty)
        {
            Span<byte> part = result[..Math.Min(bytes.Length, result.Length)];
            Array.Read(offset, part);
            for (int i = 0; i < part.Length; i++)
            {
                part[i] &= bytes[i];
            }

            Array.Write(offset, part);
            offset += (ulong)part.Length;
            bytes = bytes[part.Length..];
        }

        MarkData(first);
        MarkData(last);
    }

    private void ProgramBuffer(byte command)
    {
        if (command != 0xd0 || _buffer.IsBroken)
        {
            _status |= FlashStatus.SequenceError;
            return;
        }

        Program(_buffer.Offset, _buffer.Bytes);
    }

    private void Erase(ulong offset, byte command)
    {
        int block = BlockOf(offset);
        if (command != 0xd0)
        {
            _status |= FlashStatus.SequenceError;
        }
        else if (MayChange(block, FlashStatus.EraseError))
        {
            SetErased(block);
            _blocks[block].Unsaved = true;
        }
    }

    private void ChangeLock(ulong offset, byte command)
    {
        ref FlashBlock block = ref _blocks[BlockOf(offset)];
        switch (command)
        {
            case 0x01:
                block.Locked = true;
                break;
            case 0x2f:
                block.Locked = true;
                block.LockedDown = true;
                break;
            case 0xd0 when block.LockedDown:
                _status |= FlashStatus.EraseError | FlashStatus.BlockLocked;
                break;
            case 0xd0:
                block.Locked = false;
                break;
            default:
                _status |= FlashStatus.SequenceError;
                break;
        }
    }

    private bool MayChange(int block, FlashStatus error)
    {
        if (_readOnly)
        {
            _status |= error | FlashStatus.VoltageLow;
            return false;
        }

        if (_blocks[block].Locked)
        {
            _status |= error | FlashStatus.BlockLocked;
            return false;
        }

        return true;
    }
}
