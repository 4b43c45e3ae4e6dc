using System.Runtime.CompilerServices;

namespace Sfu.Media.Stun;

/// <summary>
/// A bounded list of attribute types, held in place. It keeps the first <see cref="Capacity"/> different types: more in one
/// request is no honest peer's need, and the answer must not outgrow the question.
/// </summary>
public struct StunTypeList
{
    public const int Capacity = 8;

    private Types _types;
    private int _count;

    public readonly int Count => _count;

    public readonly ushort this[int index] =>
        (uint)index < (uint)_count ? _types[index] : throw new ArgumentOutOfRangeException(nameof(index));

    internal void Add(ushort type)
    {
        if (_count == Capacity)
        {
            return;
        }

        for (var i = 0; i < _count; i++)
        {
            if (_types[i] == type)
            {
                return;
            }
        }

        _types[_count++] = type;
    }

    [InlineArray(Capacity)]
    private struct Types
    {
        private ushort _first;
    }
}
