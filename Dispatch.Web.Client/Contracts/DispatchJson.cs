using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dispatch.Web.Client.Contracts;

/// <summary>The API's JSON, generated at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Envelope<NoData>))]
[JsonSerializable(typeof(Envelope<JobDto>))]
[JsonSerializable(typeof(Envelope<JobDetails>))]
[JsonSerializable(typeof(Envelope<JobList>))]
[JsonSerializable(typeof(Envelope<SessionDto>))]
[JsonSerializable(typeof(Envelope<UserDto>))]
[JsonSerializable(typeof(Envelope<ProjectDto>))]
[JsonSerializable(typeof(Envelope<ProjectList>))]
[JsonSerializable(typeof(Envelope<NewKeyDto>))]
[JsonSerializable(typeof(Envelope<KeyList>))]
[JsonSerializable(typeof(Envelope<SigningSecretDto>))]
[JsonSerializable(typeof(Envelope<Overview>))]
[JsonSerializable(typeof(Envelope<ProjectCards>))]
[JsonSerializable(typeof(Envelope<ProjectCard>))]
[JsonSerializable(typeof(Envelope<JobGrid>))]
[JsonSerializable(typeof(Envelope<JobView>))]
[JsonSerializable(typeof(Envelope<Inbox>))]
[JsonSerializable(typeof(Envelope<InboxAnswer>))]
[JsonSerializable(typeof(InboxAnswer))]
[JsonSerializable(typeof(HeaderLine[]))]
[JsonSerializable(typeof(JobRequest))]
[JsonSerializable(typeof(Credentials))]
[JsonSerializable(typeof(PasswordChange))]
[JsonSerializable(typeof(AccountDeletion))]
[JsonSerializable(typeof(ProjectRequest))]
[JsonSerializable(typeof(KeyRequest))]
[JsonSerializable(typeof(InboxAnswer))]
public sealed partial class DispatchJson : JsonSerializerContext
{
    /// <summary>The context with <see cref="PlainJsonEncoder"/>, for both ends of the wire.</summary>
    public static DispatchJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        Encoder = PlainJsonEncoder.Instance,
    });
}
