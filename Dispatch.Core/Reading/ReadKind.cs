namespace Dispatch.Reading;

/// <summary>What a caller reads, which decides how much memory its answer is counted with.</summary>
internal enum ReadKind
{
    /// <summary>A few rows: projects, keys, a secret, an account.</summary>
    Small,

    /// <summary>A page of jobs, without their payloads, or the overview.</summary>
    List,

    /// <summary>A page of jobs that contain a text. It takes a processor for a fraction of a second.</summary>
    Search,

    /// <summary>A job with its payload and attempts.</summary>
    Job,

    /// <summary>An inbox with the bodies that it received.</summary>
    Inbox,
}
