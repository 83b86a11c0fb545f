using Bunit;
using Dispatch.Web.Client;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;

namespace Dispatch.Tests.Browser.Fakes;

/// <summary>Renders components as the interactive dashboard does, with the host faked.</summary>
public abstract class ComponentTest : BunitContext
{
    protected static readonly Guid ProjectId = Guid.Parse("01990000-0000-7000-8000-000000000001");

    protected ComponentTest()
    {
        Services.AddSingleton<TimeProvider>(Clock);
        Services.AddDashboard();
        Services.AddSingleton<IDispatchApi>(Api);
        Services.AddSingleton<ILiveFeed>(Feed);
        this.AddBunitPersistentComponentState();
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        JSInterop.Mode = JSRuntimeMode.Loose;
        Render<MudPopoverProvider>();
        Dialogs = Render<MudDialogProvider>();
    }

    internal FakeDispatchApi Api { get; } = new();

    internal FakeLiveFeed Feed { get; } = new();

    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 6, 13, 9, 30, 0, TimeSpan.Zero));

    /// <summary>Where dialogs appear.</summary>
    protected IRenderedComponent<MudDialogProvider> Dialogs { get; }

    /// <summary>The button that says this.</summary>
    protected static AngleSharp.Dom.IElement Button<T>(IRenderedComponent<T> component, string text) where T : IComponent =>
        component.FindAll("button").First(button => button.TextContent.Trim() == text);
}
