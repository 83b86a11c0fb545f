namespace Dispatch.Web.Api;

/// <summary>What was read, or why it could not be.</summary>
internal readonly record struct Parsed<T>(T? Value, Failure? Failure) where T : class
{
    public static implicit operator Parsed<T>(T value) => new(value, null);

    public static implicit operator Parsed<T>(Failure failure) => new(null, failure);
}
