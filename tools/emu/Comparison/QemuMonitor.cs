using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Emulator.Tool.Comparison;

/// <summary>QEMU's monitor on a socket, to ask what its translator has made.</summary>
internal static partial class QemuMonitor
{
    /// <summary>Bytes of host code that a guest instruction was translated to, on average over what is translated at the moment; null when QEMU does not tell.</summary>
    /// <param name="path">Path of the monitor's socket.</param>
    public static double? BytesPerInstruction(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send("info jit\n"u8);
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (socket.Receive(buffer) is > 0 and int count)
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            string answer = text.ToString();
            if (Read(answer) is { } bytes)
            {
                return bytes;
            }

            if (answer.Contains("only available", StringComparison.Ordinal))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>The same from what <c>info jit</c> has answered so far.</summary>
    internal static double? Read(string answer) =>
        HostSize().Match(answer) is { Success: true } match ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * 4 : null;

    [GeneratedRegex(@"TB avg host size\s+\d+ bytes \(expansion ratio: ([0-9.]+)\)")]
    private static partial Regex HostSize();
}
