namespace Dispatch.Web.Prepared;

/// <summary>
/// The compressed forms of one answer for the addresses that it was asked at lately. There are <see cref="MaxAddresses"/> places. When all
/// are taken, a new address replaces the longest unused at most once a second, so trying out names costs no more than that; those whose
/// address has no place get plain bytes.
/// </summary>
internal sealed class CompressedCopies(AnswerTemplate template, TimeProvider clock)
{
    public const int MaxAddresses = 16;

    private static readonly TimeSpan BetweenNewcomers = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<Copy>> copies = [];
    private readonly LinkedList<Copy> byUse = [];   // the last used first
    private long lastAdmitted;

    public int Count
    {
        get { lock (gate) return copies.Count; }
    }

    /// <summary>Made at the first call for the address, by one caller for all who ask at once. Null: the address has no place.</summary>
    public Task<byte[]>? Find(string address, AnswerEncoding encoding)
    {
        if (encoding == AnswerEncoding.Identity || PlaceOf(template.NamesAddress ? address : "") is not { } copy) return null;
        return encoding == AnswerEncoding.Brotli ? copy.Brotli.Value : copy.Gzip.Value;
    }

    private Copy? PlaceOf(string address)
    {
        lock (gate)
        {
            if (copies.TryGetValue(address, out var node))
            {
                byUse.Remove(node);
                byUse.AddFirst(node);
                return node.Value;
            }

            if (copies.Count >= MaxAddresses && clock.GetElapsedTime(lastAdmitted) < BetweenNewcomers) return null;
            lastAdmitted = clock.GetTimestamp();
            if (copies.Count >= MaxAddresses)
            {
                copies.Remove(byUse.Last!.Value.Address);
                byUse.RemoveLast();
            }

            copies.Add(address, byUse.AddFirst(new Copy(template, address)));
            return copies[address].Value;
        }
    }

    private sealed class Copy(AnswerTemplate template, string address)
    {
        public string Address { get; } = address;

        public Lazy<Task<byte[]>> Gzip { get; } = Lazily(template, address, AnswerEncoding.Gzip);

        public Lazy<Task<byte[]>> Brotli { get; } = Lazily(template, address, AnswerEncoding.Brotli);

        // In a task, so that no thread waits for another that compresses.
        private static Lazy<Task<byte[]>> Lazily(AnswerTemplate template, string address, AnswerEncoding encoding) =>
            new(() => Task.Run(() => encoding.Compress(template.For(address))));
    }
}
