using Sfu.Media.Rtp;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Rtp;

public class SequenceBitmapSpecs
{
    [Fact]
    public void It_agrees_with_a_set_while_its_window_moves()
    {
        var random = new SeededRandom(5);
        var bitmap = default(SequenceBitmap);
        var model = new HashSet<long>();
        long newest = 60_000;
        for (var round = 0; round < 20_000; round++)
        {
            var step = random.Next(20) == 0 ? random.Next(3 * SequenceBitmap.Size) : random.Next(5);
            bitmap.ClearRange(newest + 1, newest + step);
            newest += step;
            var oldest = newest - SequenceBitmap.Size + 1;
            model.RemoveWhere(s => s < oldest);
            var target = oldest + random.Next(SequenceBitmap.Size);
            if (random.Next(3) == 0)
            {
                bitmap.Reset(target);
                model.Remove(target);
            }
            else
            {
                bitmap.Set(target);
                model.Add(target);
            }

            var from = oldest + random.Next(SequenceBitmap.Size);
            var to = from + random.Next((int)(newest - from + 1));
            Assert.Equal(model.Contains(from), bitmap[from]);
            Assert.Equal(model.Count(s => s >= from && s <= to), bitmap.Count(from, to));
        }
    }
}
