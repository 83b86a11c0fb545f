using Dispatch.Model;
using Dispatch.Writing;

namespace Dispatch.Live;

/// <summary>A message from one host to the others. The channel's name contains the version of this format.</summary>
/// <param name="HostId">The sender. A host receives its own messages too.</param>
internal abstract record RelayMessage(Guid HostId)
{
    private const int GuidLength = 16;

    private enum Kind : byte
    {
        Changes,
        Watching,
        SessionsEnded,
    }

    /// <summary>Writes a binary form, because JSON is several times larger and slower.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        Write(writer, HostId);
        switch (this)
        {
            case ChangesMessage { ByAccount: var accounts }:
                writer.Write((byte)Kind.Changes);
                WriteAll(writer, accounts, Write);
                break;
            case WatchingMessage { Accounts: var accounts }:
                writer.Write((byte)Kind.Watching);
                WriteAll(writer, accounts, Write);
                break;
            case SessionsEndedMessage:
                writer.Write((byte)Kind.SessionsEnded);
                break;
        }

        return bytes.ToArray();
    }

    /// <exception cref="EndOfStreamException">The message ends too early.</exception>
    /// <exception cref="InvalidDataException">The message has an unknown kind.</exception>
    public static RelayMessage Read(byte[] message)
    {
        using var reader = new BinaryReader(new MemoryStream(message));
        var hostId = ReadGuid(reader);
        return (Kind)reader.ReadByte() switch
        {
            Kind.Changes => new ChangesMessage(hostId, ReadAll(reader, ReadAccount)),
            Kind.Watching => new WatchingMessage(hostId, ReadAll(reader, ReadGuid)),
            Kind.SessionsEnded => new SessionsEndedMessage(hostId),
            var other => throw new InvalidDataException($"There is no message of kind {other}."),
        };
    }

    private static void Write(BinaryWriter writer, AccountChanges changes)
    {
        Write(writer, changes.AccountId);
        WriteAll(writer, changes.Changes, Write);
    }

    private static AccountChanges ReadAccount(BinaryReader reader) => new(ReadGuid(reader), ReadAll(reader, ReadChange));

    private static void Write(BinaryWriter writer, FeedChange change)
    {
        writer.Write((byte)change.Kind);
        Write(writer, change.ProjectId);
        if (change.Kind == FeedKind.Job)
        {
            Write(writer, change.JobId!.Value);
            writer.Write((byte)change.Status!.Value);
        }

        writer.Write(change.At);
    }

    private static FeedChange ReadChange(BinaryReader reader)
    {
        var kind = (FeedKind)reader.ReadByte();
        var projectId = ReadGuid(reader);
        return kind == FeedKind.Job
            ? new FeedChange(kind, projectId, ReadGuid(reader), (JobStatus)reader.ReadByte(), reader.ReadInt64())
            : new FeedChange(kind, projectId, null, null, reader.ReadInt64());
    }

    private static void Write(BinaryWriter writer, Guid id)
    {
        Span<byte> bytes = stackalloc byte[GuidLength];
        id.TryWriteBytes(bytes);
        writer.Write(bytes);
    }

    private static Guid ReadGuid(BinaryReader reader)
    {
        Span<byte> bytes = stackalloc byte[GuidLength];
        reader.ReadExactly(bytes);
        return new Guid(bytes);
    }

    private static void WriteAll<T>(BinaryWriter writer, IReadOnlyCollection<T> items, Action<BinaryWriter, T> write)
    {
        writer.Write(items.Count);
        foreach (var item in items) write(writer, item);
    }

    // The list grows as it is read: the count may be forged, and would otherwise reserve any amount of memory.
    private static List<T> ReadAll<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        var items = new List<T>();
        for (var left = reader.ReadInt32(); left > 0; left--) items.Add(read(reader));
        return items;
    }
}

/// <summary>The changes of one or more transactions.</summary>
internal sealed record ChangesMessage(Guid HostId, IReadOnlyList<AccountChanges> ByAccount) : RelayMessage(HostId);

/// <summary>The accounts that pages on that host watch; valid for <see cref="RemoteSubscribers.Lifetime"/>.</summary>
internal sealed record WatchingMessage(Guid HostId, IReadOnlyCollection<Guid> Accounts) : RelayMessage(HostId);

/// <summary>A user signed out or was signed out.</summary>
internal sealed record SessionsEndedMessage(Guid HostId) : RelayMessage(HostId);
