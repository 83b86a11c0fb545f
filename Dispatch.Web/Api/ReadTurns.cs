using Dispatch.Reading;
using Dispatch.Web.Accounts;

namespace Dispatch.Web.Api;

/// <summary>A call that only reads.</summary>
internal sealed record ReadsAs(Func<HttpRequest, ReadKind> Kind);

/// <summary>Lets the calls that only read wait for their turn (<see cref="ReadGate"/>), which ends when the answer is written.</summary>
internal static class ReadTurns
{
    public static TBuilder Reads<TBuilder>(this TBuilder call, ReadKind kind) where TBuilder : IEndpointConventionBuilder =>
        call.Reads(_ => kind);

    public static TBuilder Reads<TBuilder>(this TBuilder call, Func<HttpRequest, ReadKind> kind)
        where TBuilder : IEndpointConventionBuilder =>
        call.WithMetadata(new ReadsAs(kind)).Fails(503, "too_many_reads");

    public static IApplicationBuilder UseReadTurns(this IApplicationBuilder app)
    {
        var gate = app.ApplicationServices.GetRequiredService<ReadGate>();
        return app.Use(next => http =>
            http.GetEndpoint()?.Metadata.GetMetadata<ReadsAs>() is { } reads && http.Features.Get<Caller>() is { } caller
                ? RunAsync(http, next, gate, caller.AccountId, reads.Kind(http.Request))
                : next(http));
    }

    private static async Task RunAsync(HttpContext http, RequestDelegate next, ReadGate gate, Guid accountId, ReadKind kind)
    {
        using var turn = await gate.EnterAsync(accountId, kind, http.RequestAborted);
        if (turn is null)
        {
            await Failure.TooManyReads.ExecuteAsync(http);
            return;
        }

        // The headers are sent when everything is read. A client that does not take its answer holds the answer's memory and nothing else.
        http.Response.OnStarting(() =>
        {
            turn.EndRead();
            return Task.CompletedTask;
        });
        await turn.RunAsync(() => next(http));
    }
}
