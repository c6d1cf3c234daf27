namespace Emulator.Cpu.System;

/// <summary>The CPUs of a machine, as far as they act on one another: broadcast TLB maintenance, and SEV.</summary>
internal sealed class ProcessorGroup
{
    private readonly List<Processor> _processors = [];

    /// <summary>How many CPUs there are.</summary>
    public int Count => _processors.Count;

    /// <summary>Adds a CPU, which leaves the group it was in.</summary>
    public void Add(Processor processor)
    {
        processor.Group._processors.Remove(processor);
        processor.Group = this;
        _processors.Add(processor);
    }

    /// <summary>Performs TLB maintenance on all CPUs.</summary>
    public void Invalidate(in TlbInvalidation invalidation)
    {
        foreach (Processor processor in _processors)
        {
            processor.Invalidate(invalidation);
        }
    }

    /// <summary>Sets the event register of all CPUs.</summary>
    public void SendEvent()
    {
        foreach (Processor processor in _processors)
        {
            processor.SetEvent();
        }
    }
}
