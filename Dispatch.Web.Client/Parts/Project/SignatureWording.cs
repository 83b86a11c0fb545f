using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Project;

/// <summary>A signature check for people: a sign and a word, so that the colour is never alone.</summary>
internal sealed record SignatureWording(string Sign, string Word, string Meaning)
{
    public static SignatureWording Of(SignatureCheck check) => check switch
    {
        SignatureCheck.Valid => new("✓", "Valid", "Both signatures hold for this project's secret, and the timestamp was recent"),
        SignatureCheck.Invalid => new("✗", "Invalid", "The request has signatures, and at least one of them does not hold"),
        SignatureCheck.Missing => new("–", "Missing", "The request is not signed"),
    };
}
