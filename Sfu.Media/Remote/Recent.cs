namespace Sfu.Media.Remote;

/// <summary>
/// Values that were read of late, so that what comes again is the same object and not one more like it: codecs and header extensions of thousands of
/// consumers are the same few. A value is kept when it comes for the second time, until another one takes its place: what comes once, as names
/// and keys do, is not. One thread.
/// </summary>
/// <param name="places">A power of two.</param>
internal sealed class Recent<T>(int places)
    where T : class
{
    private readonly Place[] _places = new Place[places];

    /// <summary>Where a value with this hash is, or would be. Its <see cref="Place.Value"/> may be another one.</summary>
    public ref Place At(int hash) => ref _places[hash & (_places.Length - 1)];

    internal struct Place
    {
        private int _hash;

        public T? Value { get; private set; }

        /// <summary>A value that is not here has come. Returns it.</summary>
        public T Note(T value, int hash)
        {
            if (_hash == hash)
            {
                Value = value;
            }
            else
            {
                _hash = hash;
            }

            return value;
        }
    }
}
