using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Emulator.VirtioProxy;

/// <summary>
/// TLS for virtio-proxy over TCP: what a side shows of itself, and whom it believes. Both sides show a certificate, and each wants one of an authority that it was told. The authority should be of your own, for this
/// purpose: names in certificates are not looked at, so whoever has one of it is trusted with guests' data.
/// </summary>
public sealed class ProxyTls
{
    // Extended key usage (RFC 5280, section 4.2.1.12): who may serve need not be one who may connect.
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private readonly SslStreamCertificateContext _own;
    private readonly X509Certificate2Collection _authorities;

    /// <summary>Takes certificates.</summary>
    /// <param name="certificate">The side's own, with its private key.</param>
    /// <param name="authorities">Root certificates: one of them has to stand behind the other side's.</param>
    /// <param name="intermediates">What stands between the own one and its authority, to be shown with it.</param>
    /// <exception cref="ArgumentException">The private key is missing, or there is no authority.</exception>
    public ProxyTls(X509Certificate2 certificate, X509Certificate2Collection authorities, X509Certificate2Collection? intermediates = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(authorities);
        if (!certificate.HasPrivateKey || authorities.Count == 0)
        {
            throw new ArgumentException("TLS needs a certificate with its private key, and an authority");
        }

        _own = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
        _authorities = authorities;
    }

    /// <summary>Reads certificates from files in PEM.</summary>
    /// <param name="certificate">The side's own certificate; what stands between it and its authority may follow it.</param>
    /// <param name="key">Its private key, not encrypted.</param>
    /// <param name="authorities">Root certificates: one of them has to stand behind the other side's.</param>
    /// <exception cref="EmulatorException">A file cannot be read, or is something else.</exception>
    public static ProxyTls Load(string certificate, string key, string authorities)
    {
        ArgumentException.ThrowIfNullOrEmpty(certificate);
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentException.ThrowIfNullOrEmpty(authorities);
        try
        {
            var own = X509Certificate2.CreateFromPemFile(certificate, key);
            if (OperatingSystem.IsWindows())
            {
                // TLS wants a key there that has been stored.
                own = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), password: null);
            }

            X509Certificate2Collection between = [];
            between.ImportFromPemFile(certificate);
            between.RemoveAt(0);
            X509Certificate2Collection roots = [];
            roots.ImportFromPemFile(authorities);
            return new ProxyTls(own, roots, between);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new EmulatorException($"the certificates of '{certificate}', '{key}' and '{authorities}' cannot be used: {e.Message}; they have to be PEM, the key not encrypted", e);
        }
    }

    /// <summary>Opens TLS over a connected socket.</summary>
    /// <param name="socket">The socket; on failure it is disposed of.</param>
    /// <param name="isServer">True on the side that listens.</param>
    /// <param name="options">How long it may take.</param>
    /// <exception cref="EmulatorException">The other side is not whom this one believes, does not believe this one, or does not speak TLS.</exception>
    internal SslStream Open(Socket socket, bool isServer, ProxyOptions options)
    {
        var stream = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false);
        string? refusal = null;
        using ITimer limit = options.Time.CreateTimer(_ => socket.Dispose(), null, options.RequestTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => (refusal = Judge(certificate, chain, isServer ? ClientUsage : ServerUsage)) is null;
            if (isServer)
            {
                stream.AuthenticateAsServer(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = _own,
                    ClientCertificateRequired = true,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    RemoteCertificateValidationCallback = Validate,
                    AllowRenegotiation = false,
                    AllowTlsResume = false,
                });
            }
            else
            {
                stream.AuthenticateAsClient(new SslClientAuthenticationOptions
                {
                    TargetHost = "virtio-proxy",
                    ClientCertificateContext = _own,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    RemoteCertificateValidationCallback = Validate,
                    AllowRenegotiation = false,
                    AllowTlsResume = false,
                });
            }

            return stream;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            stream.Dispose();
            socket.Dispose();
            throw new EmulatorException(
                $"no TLS with the other side: {refusal ?? e.Message}; both sides need a certificate of an authority that the other was told (--tls-cert, --tls-key, --tls-ca)", e);
        }
    }

    // Null when it is believed.
    private string? Judge(X509Certificate? certificate, X509Chain? presented, string usage)
    {
        if (certificate is not X509Certificate2 other)
        {
            return "it shows no certificate";
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        _ = chain.ChainPolicy.ApplicationPolicy.Add(new Oid(usage));
        if (presented is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        }

        return chain.Build(other) ? null : $"its certificate '{other.Subject}' is refused: {string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()))}";
    }
}
