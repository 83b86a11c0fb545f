namespace Dispatch.Web.Client.Parts.Project;

/// <summary>The parts of a project's page; which one is shown stands in the address.</summary>
public enum ProjectTab
{
    /// <summary>API keys.</summary>
    Keys,

    /// <summary>The signing secret.</summary>
    Secret,

    /// <summary>The test endpoint.</summary>
    Inbox,

    /// <summary>Name and deletion.</summary>
    Settings,
}

internal static class ProjectTabs
{
    /// <summary>The tab that <c>?tab=</c> names; the keys where it names none.</summary>
    public static ProjectTab From(string? name) => Enum.GetValues<ProjectTab>().FirstOrDefault(tab => tab.ToName() == name);

    public static string ToName(this ProjectTab tab) => tab switch
    {
        ProjectTab.Keys => "keys",
        ProjectTab.Secret => "secret",
        ProjectTab.Inbox => "inbox",
        ProjectTab.Settings => "settings",
    };

    public static string ToTitle(this ProjectTab tab) => tab switch
    {
        ProjectTab.Keys => "Keys",
        ProjectTab.Secret => "Signing secret",
        ProjectTab.Inbox => "Inbox",
        ProjectTab.Settings => "Settings",
    };

    public static string AddressIn(this ProjectTab tab, Guid projectId) => $"/projects/{projectId}?tab={tab.ToName()}";
}
