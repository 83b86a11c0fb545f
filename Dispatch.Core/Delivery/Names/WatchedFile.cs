namespace Dispatch.Delivery.Names;

/// <summary>The content of a file that may change while the host runs. It looks for changes at most once a second.</summary>
/// <param name="parse">Reads the text; it is empty if there is no such file, or it cannot be read.</param>
internal sealed class WatchedFile<TContent>(string path, Func<string, TContent> parse, TimeProvider clock)
    where TContent : class
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private TContent? content;
    private (DateTime WrittenAt, long Length) read;
    private long lookedAt;

    public TContent Current
    {
        get
        {
            lock (gate)
            {
                if (content is not null && clock.GetElapsedTime(lookedAt) < LookEvery) return content;
                lookedAt = clock.GetTimestamp();
                return content = Look() ?? content ?? parse("");
            }
        }
    }

    /// <summary>The content if it has changed or is read for the first time; null if it is as it was.</summary>
    private TContent? Look()
    {
        try
        {
            // By a handle, because the path is often a link to a file that somebody else replaces.
            using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            var seen = (File.GetLastWriteTimeUtc(file), RandomAccess.GetLength(file));
            if (content is not null && seen == read) return null;

            read = seen;
            return parse(File.ReadAllText(path));
        }
        catch (IOException failure) when (failure is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;   // this host may lack descriptors, and the file is as it was
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var wasThere = read != default;
            read = default;
            return wasThere ? parse("") : null;
        }
    }
}
