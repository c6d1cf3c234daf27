using System.Runtime.InteropServices;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Timing;
using Emulator.VirtioProxy.Snapshots;

namespace Emulator.VirtioProxy.VhostUser;

// The guest's side in a snapshot: its ring, and the requests that it waits for. A peer has them again when it comes.
internal sealed partial class ShadowQueue
{
    /// <summary>Writes the queues of a device, and their requests.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="queues">The queues.</param>
    /// <param name="memory">Guest memory.</param>
    public static void SaveAll(SnapshotWriter writer, ShadowQueue[] queues, DmaView memory)
    {
        foreach (ShadowQueue queue in queues)
        {
            queue._queue.Save(writer);
        }

        writer.Write(queues.Sum(queue => queue._requests.Count));
        foreach (ShadowQueue queue in queues)
        {
            foreach (RemoteRequest request in queue._requests)
            {
                writer.Write(queue.Index);
                SavedRequest.Save(writer, memory, request.Element, CollectionsMarshal.AsSpan(request.Readable), CollectionsMarshal.AsSpan(request.Writable), request.Announced, request.Deadline);
            }
        }
    }

    /// <summary>Replaces rings and requests by those that <see cref="SaveAll"/> wrote. No peer has the queues.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="queues">The queues.</param>
    /// <param name="memory">Guest memory, which need not have its contents yet.</param>
    /// <exception cref="SnapshotException">It is of another device.</exception>
    public static void LoadAll(SnapshotReader reader, ShadowQueue[] queues, DmaView memory)
    {
        foreach (ShadowQueue queue in queues)
        {
            queue.Stop();
            queue._queue.Load(reader);
        }

        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            int index = reader.ReadInt32();
            if ((uint)index >= (uint)queues.Length)
            {
                throw new SnapshotException("the snapshot has a queue that this machine's device lacks; load it into a machine of the same description");
            }

            queues[index].Load(reader, memory);
        }
    }

    private void Load(SnapshotReader reader, DmaView memory)
    {
        (VirtualTime announced, VirtualTime due) = SavedRequest.Load(reader, memory, _chain);
        RemoteRequest request = _unused.TryPop(out RemoteRequest? unused) ? unused : new RemoteRequest();
        request.Take(_chain, announced, due);
        _requests.Add(request);
    }
}
