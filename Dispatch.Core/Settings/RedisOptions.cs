namespace Dispatch.Settings;

/// <summary><c>Redis:*</c>.</summary>
internal sealed class RedisOptions
{
    /// <summary>
    /// The Redis that carries live updates between hosts, in the format of StackExchange.Redis: <c>redis.example.com:6379,password=…</c>.
    /// Null: hosts read each other's changes from the database within 2 s.
    /// </summary>
    public string? Configuration { get; set; }
}
