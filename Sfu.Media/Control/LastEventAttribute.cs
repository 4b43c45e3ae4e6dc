namespace Sfu.Media.Control;

/// <summary>Marks an event after which its receiver is told nothing more: whoever carries events may forget the receiver.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LastEventAttribute : Attribute;
