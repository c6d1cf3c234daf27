using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Emulator.VirtioProxy.Tests.Tls;

/// <summary>An authority that gives certificates, for a test.</summary>
internal sealed class Authority : IDisposable
{
    private readonly X509Certificate2 _root;
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private byte _serial;

    public Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        _root = request.CreateSelfSigned(_now.AddDays(-10), _now.AddDays(10));
    }

    public X509Certificate2Collection Roots => [_root];

    public string Pem => _root.ExportCertificatePem();

    /// <summary>Gives a certificate with its key.</summary>
    /// <param name="name">Whose it is.</param>
    /// <param name="days">How long it is good, from now; below 0 it was.</param>
    /// <param name="usage">An extended key usage, or null for none.</param>
    public X509Certificate2 Give(string name, int days = 5, string? usage = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (usage is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        }

        using X509Certificate2 certificate = request.Create(_root, _now.AddDays(-9), _now.AddDays(days), [++_serial]);
        return certificate.CopyWithPrivateKey(key);
    }

    public void Dispose() => _root.Dispose();
}
