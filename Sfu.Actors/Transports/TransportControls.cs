using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>What may be set about a transport as a whole: keeps it, and has the media plane follow. Actor only.</summary>
internal sealed class TransportControls(IMediaPlane media, TransportHandle transport)
{
    private BitrateLimits? _limits;

    /// <summary>Null: none was ever set.</summary>
    public BitrateLimits? Limits => _limits;

    public MediaTraceTypes Traced { get; private set; }

    /// <summary>Null when it is done.</summary>
    public SfuError? SetLimits(BitrateLimits change)
    {
        if (BitrateRules.TryChange(_limits, change, out var limits, out var error))
        {
            _limits = limits;
            media.SetBitrateLimits(transport, change);
        }

        return error;
    }

    /// <summary>Null when it is done.</summary>
    public SfuError? Trace(MediaTraceTypes types)
    {
        var error = TraceTypes.Check(types, TraceTypes.OfTransports);
        if (error is null)
        {
            Traced = types;
            media.TraceTransport(transport, types);
        }

        return error;
    }
}
