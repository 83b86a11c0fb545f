namespace Dispatch.Settings;

/// <summary><c>Redis:*</c>.</summary>
internal sealed class RedisOptions
{
    /// <summary>
    /// The Redis that carries live updates between hosts, as StackExchange.Redis reads it: <c>redis.example.com:6379,password=…</c>. Null: hosts learn of
    /// each other's changes from the database, within 2 s.
    /// </summary>
    public string? Configuration { get; set; }
}
