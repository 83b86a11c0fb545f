using Dispatch.Web.Client.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dispatch.Web.Api;

/// <summary>Successes in the envelope.</summary>
internal static class Responses
{
    public static Ok<Envelope<T>> Ok<T>(string message, T data) where T : class => TypedResults.Ok(new Envelope<T>(true, message, data));

    public static Ok<Envelope<NoData>> Done(string message) => TypedResults.Ok(new Envelope<NoData>(true, message, null));

    public static Created<Envelope<T>> Created<T>(string location, string message, T data) where T : class =>
        TypedResults.Created(location, new Envelope<T>(true, message, data));
}
