using Sfu.Media.Stun;

namespace Sfu.Media.Ice;

/// <summary>
/// The nomination table: which checks make their tuple the selected one. Plain nomination is RFC 8445 §8.1.1, the counter is
/// draft-thatcher-ice-renomination §4. Media thread only.
/// <code>
///  state              plain check            USE-CANDIDATE or          counter not above
///                                            counter above the last    the last
///  New, Disconnected  select, Connected      select, Completed         -
///  Connected          -                      select, Completed         -
///  Completed          -                      select                    - (select when USE-CANDIDATE is there too)
/// </code>
/// </summary>
internal struct IceNomination
{
    private uint _last;

    /// <summary>A new generation, or a new start after disconnection, counts from zero.</summary>
    public void Reset() => _last = 0;

    public readonly bool Selects(in StunMessage check, IceState state)
    {
        if (check.HasNomination && check.Nomination <= _last)
        {
            return check.HasUseCandidate && state == IceState.Completed;
        }

        return check.HasUseCandidate || check.HasNomination || state is IceState.New or IceState.Disconnected;
    }

    /// <summary>Takes note of a check that selected its tuple, and tells the state that follows.</summary>
    public IceState Accept(in StunMessage check, IceState state)
    {
        if (check.HasNomination)
        {
            _last = Math.Max(_last, check.Nomination);
        }

        return check.HasUseCandidate || check.HasNomination || state == IceState.Completed ? IceState.Completed : IceState.Connected;
    }
}
