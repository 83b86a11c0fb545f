using Dispatch.Data;
using Dispatch.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Web.Operators;

/// <summary>What an operator's tools look at: liveness and readiness.</summary>
internal static class OperatorEndpoints
{
    public static void MapDispatchOperators(this WebApplication app)
    {

        app.MapGet("/health/live", () => "live").ExcludeFromDescription();
        app.MapGet("/health/ready", ReadyAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(
        Readiness readiness, IDbContextFactory<DispatchDbContext> contexts, CancellationToken cancellation)
    {
        if (readiness.WhyNot is { } why) return Results.Text($"not ready: {why}", statusCode: StatusCodes.Status503ServiceUnavailable);
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            await db.Hosts.AnyAsync(cancellation);
            return Results.Text("ready");
        }
        catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception))
        {
            return Results.Text("not ready: the database does not answer", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
