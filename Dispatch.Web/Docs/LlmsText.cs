using System.Text;

namespace Dispatch.Web.Docs;

/// <summary><c>/llms.txt</c> (llmstxt.org): what language models should read, as links to this host.</summary>
internal static class LlmsText
{
    private const string About =
        "Dispatch is a self-hosted webhook scheduler. A program gives it a URL, a UTC instant and a JSON object; "
        + "at that instant Dispatch POSTs the object to the URL, signed, and retries when the receiver fails.";

    private const string Rules =
        "Jobs are written with a project's API key in the header `x-api-key`. "
        + "Delivery is at least once: receivers use `jobId` as the idempotency key and check the signature over the raw body.";

    public static string Write(Guide guide, string host)
    {
        var text = new StringBuilder($"""
            # Dispatch

            > {About}

            This installation is at {host}; its REST API is under {host}/api/v1. {Rules}

            ## Start here

            - [The guide as Markdown]({host}/docs/using.md): everything in one file
            - [Integration task for coding agents]({host}/docs/ai-prompt.txt): adds a client, a receiver, settings and tests to a repository
            - [OpenAPI document]({host}/openapi/v1.json): every call, field and error

            ## Guide

            """.ReplaceLineEndings("\n"));
        foreach (var section in guide.Sections) text.Append($"\n- [{section.Title}]({host}/docs/using#{section.Id}): {section.Summary}");
        return text.Append($"\n\n## Optional\n\n- [Interactive API reference]({host}/docs/api): for people, in a browser\n")
            .Replace(GuideText.Base, host)
            .ToString();
    }
}
