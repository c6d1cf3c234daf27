using System.Text;

namespace Emulator.Fuzz;

/// <summary>The folder that the share device shows: the same for each input.</summary>
internal static class ShareFolder
{
    private static readonly string s_folder = Path.Combine(Directory.CreateTempSubdirectory("emulator-fuzz-").FullName, "folder");

    /// <summary>Requests of a client that reads and writes in it.</summary>
    public static IReadOnlyList<byte[]> Requests { get; } =
    [
        Message(100, 0xffff, [0, 0, 1, 0], Text("9P2000.L")),
        Message(104, 1, Number(0), Number(uint.MaxValue), Text(""), Text(""), Number(0)),
        Message(110, 1, Number(0), Number(1), [1, 0], Text("file")),
        Message(110, 1, Number(0), Number(2), [2, 0], Text("folder"), Text("..")),
        Message(110, 1, Number(2), Number(3), [0, 0]),
        Message(12, 1, Number(1), Number(2)),
        Message(12, 1, Number(2), Number(0)),
        Message(14, 1, Number(3), Text("new"), Number(0x42), Number(0x1b4), Number(0)),
        Message(116, 1, Number(1), Number(0), Number(0), Number(64)),
        Message(118, 1, Number(1), Number(0), Number(0), Number(4), [1, 2, 3, 4]),
        Message(40, 1, Number(2), Number(0), Number(0), Number(200)),
        Message(24, 1, Number(1), Number(0x7ff), Number(0)),
        Message(26, 1, Number(1), Number(8), Number(0), Number(0), Number(0), Number(40), Number(0), Number(0), Number(0), Number(0), Number(0), Number(0), Number(0), Number(0), Number(0)),
        Message(72, 1, Number(0), Text("made"), Number(0x1ed), Number(0)),
        Message(74, 1, Number(0), Text("folder"), Number(0), Text("moved")),
        Message(76, 1, Number(0), Text("made"), Number(0x200)),
        Message(22, 1, Number(1)),
        Message(8, 1, Number(0)),
        Message(50, 1, Number(1), Number(0)),
        Message(52, 1, Number(1), [1], Number(0), Number(0), Number(0), Number(0), Number(0), Number(0), Text("me")),
        Message(120, 1, Number(1)),
        Message(122, 1, Number(3)),
    ];

    /// <summary>Makes the folder anew.</summary>
    public static string Make()
    {
        if (Directory.Exists(s_folder))
        {
            Directory.Delete(s_folder, recursive: true);
        }

        Directory.CreateDirectory(Path.Combine(s_folder, "folder"));
        File.WriteAllText(Path.Combine(s_folder, "file"), "contents");
        return s_folder;
    }

    /// <summary>True when nothing has come to stand beside the folder.</summary>
    public static bool IsAlone => Directory.GetFileSystemEntries(Path.GetDirectoryName(s_folder)!).Length <= 1;

    private static byte[] Message(byte type, ushort tag, params byte[][] fields)
    {
        byte[] body = [type, .. BitConverter.GetBytes(tag), .. fields.SelectMany(field => field)];
        return [.. BitConverter.GetBytes(4 + body.Length), .. body];
    }

    private static byte[] Number(uint value) => BitConverter.GetBytes(value);

    private static byte[] Text(string value) => [.. BitConverter.GetBytes((ushort)value.Length), .. Encoding.ASCII.GetBytes(value)];
}
