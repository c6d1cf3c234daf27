using System.CommandLine;
using System.CommandLine.Parsing;
using Emulator.VirtioProxy;

namespace Emulator.Tool.CommandLine;

/// <summary>The certificates for virtio-proxy over TCP, which <c>emu serve</c> and machines have alike.</summary>
internal sealed class TlsOptions
{
    private readonly Option<string> _certificate = Create("--tls-cert", "own certificate for TLS over TCP, in PEM; needed beyond this host, on both sides");
    private readonly Option<string> _key = Create("--tls-key", "its private key, in PEM");
    private readonly Option<string> _authorities = Create("--tls-ca", "certificates of authorities, in PEM: one of them has to stand behind the other side's certificate");

    /// <summary>The options.</summary>
    public IEnumerable<Option> All => [_certificate, _key, _authorities];

    /// <summary>Reads what was given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>The certificates, or null when none was given.</returns>
    /// <exception cref="UsageException">Not all of them were.</exception>
    /// <exception cref="EmulatorException">A file cannot be used.</exception>
    public ProxyTls? Read(ParseResult parsed)
    {
        string?[] files = [parsed.GetValue(_certificate), parsed.GetValue(_key), parsed.GetValue(_authorities)];
        if (Array.TrueForAll(files, file => file is null))
        {
            return null;
        }

        return Array.TrueForAll(files, file => !string.IsNullOrEmpty(file))
            ? ProxyTls.Load(files[0]!, files[1]!, files[2]!)
            : throw new UsageException($"{_certificate.Name}, {_key.Name} and {_authorities.Name} go together; give all three");
    }

    private static Option<string> Create(string name, string description) => new(name) { HelpName = "FILE", Description = description };
}
