namespace Dispatch.Web.Client.Parts.Project;

/// <summary>A receiver's signature check in one language.</summary>
/// <param name="Name">For ids and addresses.</param>
/// <param name="Language">For people.</param>
/// <param name="Dispatch">For the header <c>x-dispatch-signature</c>.</param>
/// <param name="Standard">For the three headers of Standard Webhooks.</param>
public sealed record VerificationSample(string Name, string Language, string Dispatch, string Standard);
