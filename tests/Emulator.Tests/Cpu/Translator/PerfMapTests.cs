using Emulator.Cpu.Translator;
using Emulator.Firmware;

namespace Emulator.Tests.Cpu.Translator;

internal sealed unsafe class PerfMapTests
{
    private string _path = null!;

    [SetUp]
    public void ChoosePath() => _path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"perf-{TestContext.CurrentContext.Test.ID}.map");

    [TearDown]
    public void Remove() => File.Delete(_path);

    [Test]
    public void BlocksAreNamedByTheGuestsSymbols()
    {
        var map = new PerfMap(new SymbolTable([new Symbol("main", 0x1000, 0x100)]), _path);

        map.Add((void*)0x7f00_1230, 0x4d, 0x1000);
        map.Add((void*)0x7f00_1280, 16, 0x1010);
        map.Add((void*)0x7f00_1290, 16, 0xffff_0000_0000_2000);

        Assert.That(File.ReadAllLines(_path), Is.EqualTo(["7f001230 4d main", "7f001280 10 main+0x10", "7f001290 10 guest_0xffff000000002000"]));
    }

    [Test]
    public void MachinesOfOneProcessShareTheFile()
    {
        new PerfMap(SymbolTable.Empty, _path).Add((void*)0x1000, 1, 0);
        new PerfMap(SymbolTable.Empty, _path).Add((void*)0x2000, 1, 0);

        Assert.That(File.ReadAllLines(_path), Has.Length.EqualTo(2));
    }

    [Test]
    public void WhatAnotherProcessOfTheSameNumberHasLeftIsRemoved()
    {
        File.WriteAllText(_path, "1000 10 stale\n");
        File.SetLastWriteTimeUtc(_path, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        _ = new PerfMap(SymbolTable.Empty, _path);

        Assert.That(File.ReadAllText(_path), Is.Empty);
    }

    [Test]
    public void FileThatCannotBeWrittenIsAnError() =>
        Assert.That(() => new PerfMap(SymbolTable.Empty, Path.Combine(_path, "nowhere")), Throws.TypeOf<EmulatorException>().With.Message.Contains("perf map"));
}
