using Dispatch.Jobs;

namespace Dispatch.Relay;

/// <summary>What one host tells the others. The channel's name has the version of this format.</summary>
/// <param name="HostId">Who says so; a host hears itself as well.</param>
/// <param name="News">What a transaction changed; null: sessions have ended.</param>
internal sealed record RelayMessage(Guid HostId, IReadOnlyList<AccountNews>? News)
{
    private const int GuidLength = 16;

    /// <summary>Some 40 bytes a change; JSON takes four times that, and as much more time.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        Write(writer, HostId);
        writer.Write(News is not null);
        foreach (var (accountId, changes) in News ?? [])
        {
            Write(writer, accountId);
            writer.Write7BitEncodedInt(changes.Count);
            foreach (var change in changes) Write(writer, change);
        }

        return bytes.ToArray();
    }

    /// <exception cref="IOException">It ends too early, or has too many changes.</exception>
    /// <exception cref="FormatException">A number in it is none.</exception>
    public static RelayMessage Read(byte[] message)
    {
        using var bytes = new MemoryStream(message);
        using var reader = new BinaryReader(bytes);
        var hostId = ReadGuid(reader);
        if (!reader.ReadBoolean()) return new RelayMessage(hostId, null);

        var news = new List<AccountNews>();
        while (bytes.Position < bytes.Length)
        {
            var accountId = ReadGuid(reader);
            var changes = new FeedChange[CheckedCount(reader.Read7BitEncodedInt())];
            for (var i = 0; i < changes.Length; i++) changes[i] = ReadChange(reader);
            news.Add(new AccountNews(accountId, changes));
        }

        return new RelayMessage(hostId, news);
    }

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

    private static int CheckedCount(int count) => count is >= 0 and <= JobFeed.Crowd ? count : throw new InvalidDataException($"{count} changes of one account in one message");

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
}
