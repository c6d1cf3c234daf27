using System.Text;

namespace Emulator.Testing.Network;

/// <summary>An answer of the HTTP server: a head, and for a file its contents.</summary>
internal sealed class HttpResponse : IDisposable
{
    private readonly byte[] _head;
    private readonly ServedFile? _body;

    private HttpResponse(string head, ServedFile? body)
    {
        _head = Encoding.ASCII.GetBytes(head);
        _body = body;
    }

    /// <summary>Bytes of head and body.</summary>
    public long Length => _head.Length + (_body?.Length ?? 0);

    /// <summary>Answers a request (RFC 9112). Each connection carries one.</summary>
    /// <param name="request">The head of the request, as the guest wrote it.</param>
    /// <param name="folder">What there is.</param>
    public static HttpResponse To(string request, ServedFolder folder)
    {
        string[] words = request.Split('\r', 2)[0].Split(' ');
        if (words.Length != 3 || !words[2].StartsWith("HTTP/1.", StringComparison.Ordinal))
        {
            return Error("400 Bad Request");
        }

        if (words[0] is not ("GET" or "HEAD"))
        {
            return Error("405 Method Not Allowed", "Allow: GET, HEAD\r\n");
        }

        if (folder.Open(PathOf(words[1])) is not { } file)
        {
            return Error("404 Not Found");
        }

        string head = $"HTTP/1.1 200 OK\r\nContent-Length: {file.Length}\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n\r\n";
        if (words[0] == "GET")
        {
            return new HttpResponse(head, file);
        }

        file.Dispose();
        return new HttpResponse(head, null);
    }

    /// <summary>An answer that says what is wrong.</summary>
    public static HttpResponse Error(string status, string fields = "") =>
        new($"HTTP/1.1 {status}\r\n{fields}Content-Length: 0\r\nConnection: close\r\n\r\n", null);

    /// <summary>Reads a part.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        if (offset < _head.Length)
        {
            ReadOnlySpan<byte> head = _head.AsSpan((int)offset);
            head = head[..Math.Min(head.Length, destination.Length)];
            head.CopyTo(destination);
            destination = destination[head.Length..];
            offset += head.Length;
        }

        if (!destination.IsEmpty)
        {
            _body?.Read(offset - _head.Length, destination);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _body?.Dispose();

    // Absolute targets are allowed, too (RFC 9112, 3.2.2).
    private static string PathOf(string target)
    {
        if (target.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            int slash = target.IndexOf('/', "http://".Length);
            target = slash < 0 ? "/" : target[slash..];
        }

        return Uri.UnescapeDataString(target.Split('?', '#')[0]);
    }
}
