using System.Globalization;

namespace Dispatch.Web.Client.Parts.Project;

internal static class Instants
{
    /// <summary>RFC 3339 in UTC with milliseconds, as the API takes and gives it.</summary>
    public static string ToText(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
