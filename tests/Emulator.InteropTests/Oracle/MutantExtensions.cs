namespace Emulator.InteropTests.Oracle;

/// <summary>Mistakes that take more than a line.</summary>
internal static class MutantExtensions
{
    extension(Mutant m)
    {
        /// <summary>True for MSR NZCV.</summary>
        public bool IsFlagsRegister => (m.Word & 0x1f_ffe0) == 0x1b_4200;

        /// <summary>A right shift by all bits of an element.</summary>
        public bool IsShiftByWidth => ((m.Field("immh") << 3) | m.Field("immb")) is 8 or 16 or 32 or 64;

        /// <summary>A 32-bit addition that leaves the upper half of its destination.</summary>
        public void SetBaseOfDestination(bool is64)
        {
            if (!is64)
            {
                m.Set(m.Field("Rd"), (m.OldRd >> 32 << 32) | (uint)m.Rd);
            }
        }

        /// <summary>An addition whose SXTB extends with zeros.</summary>
        public void AdjustExtended()
        {
            if (m.Field("option") == 4 && (sbyte)m.Rm < 0 && m.Field("Rd") != 31)
            {
                m.Rd += 256UL << (int)m.Field("imm3");
            }
        }

        /// <summary>The bits of a loaded vector above the access stay.</summary>
        public void Keep(string register) => m.V(m.Field(register), 1) |= m.Field("size") != 0 || m.Field("opc1") == 0 ? m.OldV(m.Field(register), 1) : 0;

        /// <summary>STP with its registers swapped.</summary>
        public void SwapStoredPair()
        {
            int size = m.Is64 ? 8 : 4;
            Span<byte> both = m.Data(m.Base + (ulong)(m.Signed("imm7") * size), 2 * size);
            if (!both.IsEmpty)
            {
                byte[] first = both[..size].ToArray();
                both[size..].CopyTo(both);
                first.CopyTo(both[size..]);
            }
        }

        /// <summary>STRH that stores a word.</summary>
        public void WidenStoredHalfword()
        {
            Span<byte> word = m.Data(m.Base + (2 * (ulong)m.Field("imm12")), 4);
            if (m.Field("size") == 1 && !word.IsEmpty)
            {
                BitConverter.TryWriteBytes(word, (uint)m.Before("Rt"));
            }
        }

        /// <summary>DC ZVA that leaves the last byte of its block.</summary>
        public void LeaveLastByteOfZeroedBlock()
        {
            ulong last = m.Before("Rt") | 63;
            Span<byte> one = m.Data(last, 1);
            if ((m.Word & 0x7_ffe0) == 0x3_7420 && !one.IsEmpty)
            {
                one[0] = (byte)m.OldData(last, 1);
            }
        }

        /// <summary>FMADD that rounds the product.</summary>
        public void MultiplyAndAddApart()
        {
            ulong addend = m.OldV(m.Field("Ra"), 0);
            const ulong roundingAndFlushing = 0x1c0_0000;
            if ((m.Fpcr & roundingAndFlushing) != 0)
            {
                return;
            }

            if (m.Field("ftype") == 1)
            {
                double product = BitConverter.UInt64BitsToDouble(m.VnLow) * BitConverter.UInt64BitsToDouble(m.VmLow);
                double sum = product + BitConverter.UInt64BitsToDouble(addend);
                m.VdLow = double.IsFinite(sum) && sum != 0 ? BitConverter.DoubleToUInt64Bits(sum) : m.VdLow;
            }
            else
            {
                float product = BitConverter.UInt32BitsToSingle((uint)m.VnLow) * BitConverter.UInt32BitsToSingle((uint)m.VmLow);
                float sum = product + BitConverter.UInt32BitsToSingle((uint)addend);
                m.VdLow = float.IsFinite(sum) && sum != 0 ? BitConverter.SingleToUInt32Bits(sum) : m.VdLow;
            }
        }

        /// <summary>FMAX that takes the operand that is a number.</summary>
        public void PreferNumber()
        {
            if (m.Field("ftype") != 1)
            {
                return;
            }

            bool first = double.IsNaN(BitConverter.UInt64BitsToDouble(m.VnLow));
            bool second = double.IsNaN(BitConverter.UInt64BitsToDouble(m.VmLow));
            if (first != second)
            {
                m.VdLow = first ? m.VmLow : m.VnLow;
            }
        }

        /// <summary>TBL that leaves bytes that are zero.</summary>
        public void KeepWhereZero()
        {
            ulong value = m.VdLow;
            for (int shift = 0; shift < 64; shift += 8)
            {
                if ((value >> shift & 0xff) == 0)
                {
                    value |= m.OldVdLow & (0xffUL << shift);
                }
            }

            m.VdLow = value;
        }

        /// <summary>LD2 and the like whose first two registers are swapped.</summary>
        public void SwapFirstStructures()
        {
            if (m.Field("opcode") is 0 or 4 or 8)
            {
                uint first = m.Field("Rt");
                (m.V(first, 0), m.V(first + 1, 0)) = (m.V(first + 1, 0), m.V(first, 0));
            }
        }
    }
}
