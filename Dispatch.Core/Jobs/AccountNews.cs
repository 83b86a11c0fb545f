namespace Dispatch.Jobs;

/// <summary>What a transaction changed for one account, durable by now.</summary>
/// <param name="AccountId">Whose pages hear of it; <see cref="Everyone"/> for all.</param>
internal sealed record AccountNews(Guid AccountId, IReadOnlyList<FeedChange> Changes)
{
    public static readonly Guid Everyone = Guid.Empty;

    /// <summary>Something is to be read again that is not worth telling, or not known.</summary>
    public static AccountNews LookAgain(Guid accountId, long now) => new(accountId, [new FeedChange(FeedKind.LookAgain, Guid.Empty, null, null, now)]);
}
