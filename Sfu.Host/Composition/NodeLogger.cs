using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;

namespace Sfu.Host.Composition;

/// <summary>
/// Hands what actors log to the process's logging, under the name of the class that said it, so that Akka's own chatter and this
/// program's state changes have levels of their own.
/// </summary>
internal sealed class NodeLogger : UntypedActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = [];
    private readonly Setup? _setup = Context.System.Settings.Setup.Get<Setup>() is { HasValue: true } setup ? setup.Value : null;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                break;
            case LogEvent said when _setup is { IsSilent: false }:
                var logger = _loggers.GetOrAdd(said.LogClass.FullName ?? said.LogClass.Name, static (name, factory) => factory.CreateLogger(name), _setup.Factory);
                logger.Log(Level(said.LogLevel()), said.Cause, "{Text}", said.Message?.ToString());
                break;
            default:
                break;
        }
    }

    private static Microsoft.Extensions.Logging.LogLevel Level(Akka.Event.LogLevel level) => level switch
    {
        Akka.Event.LogLevel.DebugLevel => Microsoft.Extensions.Logging.LogLevel.Debug,
        Akka.Event.LogLevel.InfoLevel => Microsoft.Extensions.Logging.LogLevel.Information,
        Akka.Event.LogLevel.WarningLevel => Microsoft.Extensions.Logging.LogLevel.Warning,
        _ => Microsoft.Extensions.Logging.LogLevel.Error,
    };

    /// <summary>Brings the process's logging into the actor system.</summary>
    public sealed class Setup(ILoggerFactory factory) : Akka.Actor.Setup.Setup
    {
        private volatile bool _silent;

        public ILoggerFactory Factory => factory;

        /// <summary>Nothing that actors log is of interest any more.</summary>
        public bool IsSilent => _silent;

        /// <summary>For a start that has failed: actors that were about to begin complain of the end, and why it failed is told in one line.</summary>
        public void Silence() => _silent = true;
    }
}
