using System.Globalization;
using System.Text;
using Dispatch.Data.Copying;
using Dispatch.Settings;

namespace Dispatch.Web.Copying;

/// <summary>What is said at the end of a move.</summary>
internal static class CopyReport
{
    public static string Of(CopyResult result, DatabaseProvider target)
    {
        var report = new StringBuilder().AppendLine();
        var width = result.Counts.Max(count => count.What.Length);
        report.AppendLine(Row(width, "", "source", "target"));
        foreach (var count in result.Counts)
        {
            report.AppendLine(
                Row(width, count.What, Number(count.Source), Number(count.Target))
                + (count.Source == count.Target ? "" : "   differs"));
        }

        report.AppendLine();
        if (!result.CountsMatch)
            return report
                .Append("The counts differ, so the copy is not whole, and no host starts on it. Empty the target and begin anew.")
                .ToString();
        if (result.Repaired > 0)
        {
            report.AppendLine(
                $"{Number(result.Repaired)} {(result.Repaired == 1 ? "text" : "texts")} held characters that {target} does not take; "
                + "U+FFFD stands in their place.");
        }

        report.AppendLine(
            $"Moved: all counts agree. This run copied {Number(result.Copied)} rows in {CopyLine.Span(result.Elapsed)}. "
            + "The source keeps its rows as they were.");
        report.AppendLine(
            $"Now set Database:Provider to {target} and Database:ConnectionString to what follows \"{target}:\" in --to, "
            + "and start the host.");
        return report.Append("Start none on the source any more: it would send the pending jobs a second time.").ToString();
    }

    private static string Row(int width, string what, string source, string target) =>
        $"  {what.PadRight(width)}  {source,13}  {target,13}";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
