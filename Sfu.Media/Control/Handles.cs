namespace Sfu.Media.Control;

/// <summary>
/// Names a listening server of the media plane. Handles are made by <see cref="IMediaPlane"/>'s <c>New…Handle</c> without
/// waiting for a media thread; the generation makes a handle that outlived its object harmless.
/// </summary>
public readonly record struct ServerHandle(int Slot, uint Generation);

/// <summary>Names a WebRTC transport of the media plane. Not a transport id: that one is world-wide and belongs to the actors.</summary>
public readonly record struct TransportHandle(int Slot, uint Generation);

/// <summary>Names a producer of the media plane.</summary>
public readonly record struct ProducerHandle(int Slot, uint Generation);

/// <summary>Names a consumer of the media plane.</summary>
public readonly record struct ConsumerHandle(int Slot, uint Generation);
