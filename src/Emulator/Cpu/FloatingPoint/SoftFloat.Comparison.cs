namespace Emulator.Cpu.FloatingPoint;

/// <summary>Comparisons, minimum and maximum.</summary>
internal static partial class SoftFloat
{
    /// <summary>FPCompare.</summary>
    /// <param name="context">Takes exceptions.</param>
    /// <param name="left">First operand.</param>
    /// <param name="right">Second operand.</param>
    /// <param name="signalNaNs">True when quiet NaNs are invalid as well.</param>
    /// <returns>The relation as PSTATE.NZCV in bits 31 to 28.</returns>
    public static uint Compare<T>(ref FpContext context, ulong left, ulong right, bool signalNaNs)
        where T : unmanaged
    {
        const uint Equal = 0b0110u << 28;
        const uint Less = 0b1000u << 28;
        const uint Greater = 0b0010u << 28;
        const uint Unordered = 0b0011u << 28;
        FpValue a = Unpack<T>(ref context, left);
        FpValue b = Unpack<T>(ref context, right);
        if (a.IsNaN || b.IsNaN)
        {
            RaiseForNaN(ref context, a, b, signalNaNs);
            return Unordered;
        }

        int order = Order<T>(a, left, b, right);
        return order == 0 ? Equal : order < 0 ? Less : Greater;
    }

    /// <summary>FPCompareEQ.</summary>
    public static bool CompareEqual<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged => TryOrder<T>(ref context, left, right, signalNaNs: false, out int order) && order == 0;

    /// <summary>FPCompareGE.</summary>
    public static bool CompareGreaterOrEqual<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged => TryOrder<T>(ref context, left, right, signalNaNs: true, out int order) && order >= 0;

    /// <summary>FPCompareGT.</summary>
    public static bool CompareGreater<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged => TryOrder<T>(ref context, left, right, signalNaNs: true, out int order) && order > 0;

    /// <summary>FPMax.</summary>
    public static ulong Maximum<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged => Extreme<T>(ref context, left, right, maximum: true);

    /// <summary>FPMin.</summary>
    public static ulong Minimum<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged => Extreme<T>(ref context, left, right, maximum: false);

    /// <summary>FPMaxNum: a number is preferred to a quiet NaN.</summary>
    public static ulong MaximumNumber<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged
    {
        ReplaceQuietNaN<T>(ref left, ref right, FpFormat<T>.Infinity(true));
        return Extreme<T>(ref context, left, right, maximum: true);
    }

    /// <summary>FPMinNum: a number is preferred to a quiet NaN.</summary>
    public static ulong MinimumNumber<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged
    {
        ReplaceQuietNaN<T>(ref left, ref right, FpFormat<T>.Infinity(false));
        return Extreme<T>(ref context, left, right, maximum: false);
    }

    private static ulong Extreme<T>(ref FpContext context, ulong left, ulong right, bool maximum)
        where T : unmanaged
    {
        FpValue a = Unpack<T>(ref context, left);
        FpValue b = Unpack<T>(ref context, right);
        if (TryProcessNaNs<T>(ref context, a, left, b, right, out ulong nan))
        {
            return nan;
        }

        if (a.IsZero && b.IsZero)
        {
            return FpFormat<T>.Zero(maximum ? a.Sign && b.Sign : a.Sign || b.Sign);
        }

        bool takeLeft = maximum == Order<T>(a, left, b, right) > 0;
        FpValue taken = takeLeft ? a : b;
        return taken.IsZero ? FpFormat<T>.Zero(taken.Sign) : takeLeft ? left : right;
    }

    private static void ReplaceQuietNaN<T>(ref ulong left, ref ulong right, ulong replacement)
        where T : unmanaged
    {
        bool leftIsQuiet = IsQuietNaN<T>(left);
        bool rightIsQuiet = IsQuietNaN<T>(right);
        if (leftIsQuiet && !rightIsQuiet)
        {
            left = replacement;
        }
        else if (rightIsQuiet && !leftIsQuiet)
        {
            right = replacement;
        }
    }

    private static bool IsQuietNaN<T>(ulong bits)
        where T : unmanaged
    {
        ulong quiet = FpFormat<T>.DefaultNaN;
        return (bits & quiet) == quiet;
    }

    private static bool TryOrder<T>(ref FpContext context, ulong left, ulong right, bool signalNaNs, out int order)
        where T : unmanaged
    {
        FpValue a = Unpack<T>(ref context, left);
        FpValue b = Unpack<T>(ref context, right);
        if (a.IsNaN || b.IsNaN)
        {
            RaiseForNaN(ref context, a, b, signalNaNs);
            order = 0;
            return false;
        }

        order = Order<T>(a, left, b, right);
        return true;
    }

    private static void RaiseForNaN(ref FpContext context, in FpValue a, in FpValue b, bool signalNaNs)
    {
        if (signalNaNs || a.Class == FpClass.SignalingNaN || b.Class == FpClass.SignalingNaN)
        {
            context.Raise(FpExceptions.InvalidOperation);
        }
    }

    // The order of two operands that are not NaNs: that of their bits, as sign and magnitude.
    private static int Order<T>(in FpValue a, ulong left, in FpValue b, ulong right)
        where T : unmanaged
    {
        long first = a.IsZero ? 0 : SignedMagnitude<T>(left);
        long second = b.IsZero ? 0 : SignedMagnitude<T>(right);
        return first.CompareTo(second);
    }

    private static long SignedMagnitude<T>(ulong bits)
        where T : unmanaged
    {
        long magnitude = (long)(bits & (FpFormat<T>.SignBit - 1));
        return (bits & FpFormat<T>.SignBit) != 0 ? -magnitude : magnitude;
    }
}
