namespace Emulator.InteropTests.Qtest;

/// <summary>The other machine did not answer as the qtest protocol says.</summary>
internal sealed class QtestException(string message) : Exception(message);
