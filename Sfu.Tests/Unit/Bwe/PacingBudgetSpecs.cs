using Sfu.Media.Bwe;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Bwe;

public class PacingBudgetSpecs
{
    private const long Rate = 1_000_000;

    private static MediaTime At(long ms) => MediaTime.FromMilliseconds(10_000 + ms);

    [Fact]
    public void What_leaves_over_time_is_the_rate()
    {
        var budget = new PacingBudget();
        var sent = 0;
        for (var ms = 0; ms < 10_000; ms += 5)
        {
            while (budget.HasRoom(Rate, At(ms)))
            {
                budget.OnSent(500);
                sent += 500;
            }
        }

        Assert.InRange(sent * 8L / 10, 0.99 * Rate, 1.01 * Rate);
    }

    [Fact]
    public void A_rest_saves_up_no_more_than_two_bursts()
    {
        var budget = new PacingBudget();
        Assert.True(budget.HasRoom(Rate, At(0)));
        var sent = 0;
        while (budget.HasRoom(Rate, At(60_000)))
        {
            budget.OnSent(100);
            sent += 100;
        }

        Assert.InRange(sent * 8, Rate * PacingBudget.BurstUs / 1_000_000, (Rate * 2 * PacingBudget.BurstUs / 1_000_000) + 800);
    }

    [Fact]
    public void The_time_that_it_tells_is_when_there_is_room()
    {
        var budget = new PacingBudget();
        Assert.True(budget.HasRoom(Rate, At(0)));
        budget.OnSent(5000);
        Assert.False(budget.HasRest);
        Assert.False(budget.HasRoom(Rate, At(0)));
        var us = budget.UsUntilRoom(Rate);
        Assert.InRange(us, 30_000, 30_010);
        Assert.False(budget.HasRoom(Rate, At(0).PlusUs(us - 100)));
        Assert.True(budget.HasRoom(Rate, At(0).PlusUs(us)));
        Assert.Equal(0, budget.UsUntilRoom(Rate));
    }

    [Fact]
    public void What_did_not_ask_delays_others_by_a_fifth_of_a_second_at_most()
    {
        var budget = new PacingBudget();
        Assert.True(budget.HasRoom(Rate, At(0)));
        budget.OnSent(10_000_000);
        Assert.False(budget.HasRoom(Rate, At(1)));
        Assert.InRange(budget.UsUntilRoom(Rate), 190_000, 200_010);
    }

    [Fact]
    public void What_was_saved_up_at_a_former_rate_cannot_be_spent_at_a_lower_one()
    {
        var budget = new PacingBudget();
        Assert.True(budget.HasRoom(Rate, At(0)));
        budget.OnNarrowed(Rate / 10);
        budget.OnSent((int)(Rate / 10 * PacingBudget.BurstUs / 8_000_000));
        Assert.False(budget.HasRest);
        Assert.False(budget.HasRoom(Rate / 10, At(0)));
    }

    [Fact]
    public void A_debt_stays_when_the_rate_falls()
    {
        var budget = new PacingBudget();
        Assert.True(budget.HasRoom(Rate, At(0)));
        budget.OnSent(5000);
        var before = budget.UsUntilRoom(Rate);
        budget.OnNarrowed(Rate / 10);
        Assert.Equal(before, budget.UsUntilRoom(Rate));
    }
}
