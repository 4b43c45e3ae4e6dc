namespace Sfu.Media.Ortc;

/// <summary>A Producer as its Router takes it.</summary>
/// <param name="Kind">Audio or video.</param>
/// <param name="Type">How its encodings relate.</param>
/// <param name="Parameters">The Producer's own, normalized, in its own numbers.</param>
/// <param name="Mapping">From its numbers to the Router's.</param>
/// <param name="Consumable">What it offers to Consumers, in the Router's numbers.</param>
public sealed record ProducerOffer(MediaKind Kind, ProducerType Type, RtpParameters Parameters, RtpMapping Mapping, RtpParameters Consumable);
