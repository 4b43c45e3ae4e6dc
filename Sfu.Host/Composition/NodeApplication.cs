using System.Net;
using Akka.Actor;
using Akka.Cluster;
using Akka.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sfu.Actors.Client;
using Sfu.Actors.Hosting;
using Sfu.Host.Health;
using Sfu.Host.Options;
using Sfu.Host.Page;
using Sfu.Host.Signaling;
using AkkaLogLevel = Akka.Event.LogLevel;

namespace Sfu.Host.Composition;

/// <summary>Puts the process together: listeners, actor system, media plane, routes.</summary>
internal static class NodeApplication
{
    public static WebApplication Build(NodeConfiguration configuration, NodeMedia? media)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Sfu.Host" });
        var options = configuration.Host;
        AddLogging(builder.Logging, options.LogLevel);
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = options.StopTimeout);
        builder.Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<NodeLogger.Setup>();
        builder.Services.AddSingleton<NodeProbe>();
        builder.Services.AddSingleton<NodeEmptying>();
        builder.Services.AddSingleton(static services => SfuClient.Create(services.GetRequiredService<ActorSystem>()));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Listen(kestrel, options));
        builder.Services.AddAkka("sfu", (akka, services) => akka
            .AddSetup(services.GetRequiredService<NodeLogger.Setup>())
            .ConfigureLoggers(loggers =>
            {
                loggers.LogLevel = ToAkka(options.LogLevel);
                loggers.ClearLoggers();
                loggers.AddLogger<NodeLogger>();
            })
            .WithSfuNode(configuration.Node, media?.Plane)
            // The program ends the system itself, after its clients.
            .AddHocon("akka.coordinated-shutdown.run-by-clr-shutdown-hook = off", HoconAddMode.Prepend)
            .WithActors((system, registry) => StartSignaling(system, registry, configuration)));

        var app = builder.Build();
        MapRoutes(app, configuration, media);
        return app;
    }

    private static void AddLogging(ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        // The framework tells of every request and connection at these levels.
        logging.AddFilter("Microsoft", level < LogLevel.Information ? level : LogLevel.Warning);
        logging.AddFilter("Akka", level < LogLevel.Information ? level : LogLevel.Warning);
        // What fails at start is said in one line by the program itself.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });
    }

    private static void Listen(KestrelServerOptions kestrel, Options.HostOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
        foreach (var address in options.Http)
        {
            Listen(kestrel, address, _ => { });
        }

        if (options.Https.IsEmpty)
        {
            return;
        }

        var certificate = ServerCertificate.Load(options.Tls, options.Https);
        foreach (var address in options.Https)
        {
            Listen(kestrel, address, listener => listener.UseHttps(https =>
            {
                https.ServerCertificate = certificate.Certificate;
                https.ServerCertificateChain = certificate.Chain;
            }));
        }
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address, Action<Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions> configure)
    {
        if (address.Address is { } ip)
        {
            kestrel.Listen(ip, address.Port, configure);
        }
        else if (address.Port == 0)
        {
            // Two addresses cannot ask for the same free port.
            kestrel.Listen(IPAddress.Loopback, 0, configure);
        }
        else
        {
            kestrel.ListenLocalhost(address.Port, configure);
        }
    }

    private static void StartSignaling(ActorSystem system, IActorRegistry registry, NodeConfiguration configuration)
    {
        var cluster = configuration.Node.Options.Cluster;
        if (configuration.IsGateway)
        {
            var options = configuration.Host.Signaling with { Region = cluster.Region, Zone = cluster.Zone };
            var gateway = SignalingGatewayActor.Props(registry.Get<RouterRegion>(), options);
            var signaling = system.ActorOf(gateway, "signaling");
            registry.Register<SignalingGateway>(signaling);
            Cluster.Get(system).Subscribe(
                signaling,
                ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
                typeof(ClusterEvent.UnreachableMember), typeof(ClusterEvent.ReachableMember), typeof(ClusterEvent.MemberRemoved));
        }
    }

    private static void MapRoutes(WebApplication app, NodeConfiguration configuration, NodeMedia? media)
    {
        if (configuration.IsGateway)
        {
            app.UseWebSockets();
            app.Use((context, next) => SignalingEndpoint.Wants(context)
                && context.RequestServices.GetRequiredService<IReadOnlyActorRegistry>().TryGet<SignalingGateway>(out var gateway)
                    ? new SignalingEndpoint(gateway, configuration.Host.Signaling, app.Lifetime.ApplicationStopping).HandleAsync(context)
                    : next(context));
        }

        app.UsePages(calls: configuration.IsGateway);
        HealthEndpoints.Map(app, media);
        DrainEndpoints.Map(app, configuration.Node.Options.DrainDeadline);
        ClusterEndpoints.Map(app, configuration.Host.ClusterIsShownEverywhere);
    }

    private static AkkaLogLevel ToAkka(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => AkkaLogLevel.DebugLevel,
        LogLevel.Information => AkkaLogLevel.InfoLevel,
        LogLevel.Warning => AkkaLogLevel.WarningLevel,
        _ => AkkaLogLevel.ErrorLevel,
    };
}
