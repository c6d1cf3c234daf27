using System.Collections;
using NUnit.Framework;
using NUnit.Framework.Interfaces;

namespace Emulator.Testing;

/// <summary>
/// Gives a test a public image of the image store, as a <see cref="GuestImage"/> parameter. Several on one parameter run the test with each.
/// </summary>
/// <example><code>
/// [Test]
/// public void Shows_its_prompt([GuestImage("u-boot")] GuestImage image) { ... }
/// </code></example>
[AttributeUsage(AttributeTargets.Parameter, AllowMultiple = true)]
public sealed class GuestImageAttribute : NUnitAttribute, IParameterDataSource
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="name">The image's name in the store, for instance <c>u-boot</c>.</param>
    public GuestImageAttribute(string name)
    {
        Name = name;
    }

    /// <summary>The image's name in the store.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public IEnumerable GetData(IParameterInfo parameter)
    {
        yield return new GuestImage(Name);
    }
}
