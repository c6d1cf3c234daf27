using System.Buffers.Binary;
using System.Text;

namespace Emulator.Boards;

/// <summary>A node of a device tree: properties and children, in the order in which they are written (Devicetree Specification 0.4, chapter 2).</summary>
public sealed class DeviceTreeNode
{
    private readonly List<DeviceTreeProperty> _properties = [];
    private readonly List<DeviceTreeNode> _children = [];

    /// <summary>Creates a node.</summary>
    /// <param name="name">Its name with the unit address, for instance <c>pl011@9000000</c>; empty for the root.</param>
    public DeviceTreeNode(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
    }

    /// <summary>The name with the unit address; empty for the root.</summary>
    public string Name { get; }

    /// <summary>The properties.</summary>
    public IReadOnlyList<DeviceTreeProperty> Properties => _properties;

    /// <summary>The children.</summary>
    public IReadOnlyList<DeviceTreeNode> Children => _children;

    /// <summary>Sets a property to bytes. One that is there keeps its place.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The bytes; copied.</param>
    /// <returns>This node.</returns>
    public DeviceTreeNode SetBytes(string name, ReadOnlySpan<byte> value)
    {
        DeviceTreeProperty property = new(name, value.ToArray());
        int index = _properties.FindIndex(existing => existing.Name == name);
        if (index >= 0)
        {
            _properties[index] = property;
        }
        else
        {
            _properties.Add(property);
        }

        return this;
    }

    /// <summary>Sets a property that says all by being there.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>This node.</returns>
    public DeviceTreeNode SetEmpty(string name) => SetBytes(name, []);

    /// <summary>Sets a property to 32-bit cells.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cells">The cells.</param>
    /// <returns>This node.</returns>
    public DeviceTreeNode SetCells(string name, params ReadOnlySpan<uint> cells)
    {
        byte[] bytes = new byte[cells.Length * 4];
        for (int index = 0; index < cells.Length; index++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(index * 4), cells[index]);
        }

        return SetBytes(name, bytes);
    }

    /// <summary>Sets a property to 64-bit values of two cells each, for instance addresses and lengths.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">The values.</param>
    /// <returns>This node.</returns>
    public DeviceTreeNode SetWideCells(string name, params ReadOnlySpan<ulong> values)
    {
        byte[] bytes = new byte[values.Length * 8];
        for (int index = 0; index < values.Length; index++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(index * 8), values[index]);
        }

        return SetBytes(name, bytes);
    }

    /// <summary>Sets a property to strings.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">The strings.</param>
    /// <returns>This node.</returns>
    public DeviceTreeNode SetStrings(string name, params ReadOnlySpan<string> values) => SetBytes(name, Encoding.UTF8.GetBytes(string.Join('\0', values!) + '\0'));

    /// <summary>Adds a child after the others.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The child.</returns>
    public DeviceTreeNode Add(string name)
    {
        DeviceTreeNode child = new(name);
        _children.Add(child);
        return child;
    }

    /// <summary>Adds a child before the others.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The child.</returns>
    public DeviceTreeNode AddFirst(string name)
    {
        DeviceTreeNode child = new(name);
        _children.Insert(0, child);
        return child;
    }

    /// <summary>Puts a property before the others.</summary>
    /// <param name="name">Its name; it must be there.</param>
    internal void MoveFirst(string name)
    {
        int index = _properties.FindIndex(property => property.Name == name);
        DeviceTreeProperty property = _properties[index];
        _properties.RemoveAt(index);
        _properties.Insert(0, property);
    }

    /// <summary>Removes children.</summary>
    /// <param name="condition">Which ones.</param>
    public void Remove(Predicate<DeviceTreeNode> condition) => _children.RemoveAll(condition);

    /// <summary>The property of a name, or null.</summary>
    /// <param name="name">Its name.</param>
    public DeviceTreeProperty? Property(string name) => _properties.Find(property => property.Name == name);

    /// <summary>The node of a path below this one, for instance <c>cpus/cpu@0</c>.</summary>
    /// <param name="path">Names with unit addresses, with slashes between; a leading slash does not matter.</param>
    /// <returns>The node, or null.</returns>
    public DeviceTreeNode? Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        DeviceTreeNode? node = this;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            node = node?._children.Find(child => child.Name == name);
        }

        return node;
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name.Length == 0 ? "/" : Name;
}
