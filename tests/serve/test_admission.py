"""Turns are given fairly, within budgets, and what is refused may come back when the answer says."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheaval.serve.accounts import KEPT, PENALTY, Accounts, key_of
from upheaval.serve.admission import FRESH, Admission, Displaced, TimedOut, Turn
from upheaval.serve.limits import Limits
from upheaval.serve.problems import Problem


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def scenario(limits: Limits, play: Callable[[Admission, Clock], Awaitable[None]]) -> None:
    async def run() -> None:
        clock = Clock()
        await play(Admission(limits, clock), clock)

    asyncio.run(run())


def test_addresses_are_told_apart() -> None:
    assert key_of("192.0.2.1") != key_of("192.0.2.2")
    assert key_of("2001:db8:1:2::1") == key_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert key_of("2001:db8:1:3::1") != key_of("2001:db8:1:2::1")
    assert key_of("::ffff:192.0.2.1") == key_of("192.0.2.1")
    assert key_of("fe80::1%eth0") == key_of("fe80::2%eth1")
    assert key_of("nonsense") == "nonsense"


def test_an_address_never_has_all_workers() -> None:
    async def play(admission: Admission, clock: Clock) -> None:
        greedy = [asyncio.ensure_future(admission.enter("192.0.2.1")) for _ in range(6)]
        await asyncio.sleep(0)
        assert sum(one.done() for one in greedy) == 2
        turn = await asyncio.wait_for(admission.enter("192.0.2.2"), 1)  # at once, though four wait
        assert isinstance(turn, Turn)
        for one in greedy:
            one.cancel()

    scenario(Limits(workers=3), play)


@given(st.lists(st.sampled_from((0.001, 0.01, 0.4)), min_size=40, max_size=60), st.integers(2, 4))
def test_processor_time_is_shared_evenly_whatever_a_request_costs(costs: list[float], addresses: int) -> None:
    """Of addresses that always have requests waiting, the one with dear ones gets no more time than another."""
    spent = dict.fromkeys(range(addresses), 0.0)

    async def play(admission: Admission, clock: Clock) -> None:
        waiting: dict[asyncio.Future[Turn], int] = {}

        async def ask(address: int) -> None:
            waiting[asyncio.ensure_future(admission.enter(f"192.0.2.{address}"))] = address
            await asyncio.sleep(0)

        for address in spent:
            for _ in range(3):
                await ask(address)
        for number, cost in enumerate(costs):
            done = next(one for one in waiting if one.done())
            address = waiting.pop(done)
            price = cost if address else 0.4  # the first one's requests are all dear
            spent[address] += price
            clock.now += price
            admission.leave(done.result(), price)
            await ask(address)
            assert number < 100
        for one in waiting:
            one.cancel()

    scenario(Limits(workers=1, per_client=8, budget=0.0, waiting=100, seconds=60.0), play)
    cheap = [seconds for address, seconds in spent.items() if address]
    assert spent[0] <= max(cheap) + 0.4 + 0.1


def test_a_budget_is_spent_and_comes_back_when_the_answer_says() -> None:
    async def play(admission: Admission, clock: Clock) -> None:
        for _ in range(3):
            admission.leave(await admission.enter("192.0.2.1"), 10.0, penalty=True)
        with pytest.raises(Problem) as refused:
            await admission.enter("192.0.2.1")
        assert refused.value.status == 429
        seconds = int(refused.value.headers["Retry-After"])
        admission.leave(await admission.enter("192.0.2.2"), 0.1)  # another address has its own
        clock.now += seconds - 1
        if seconds > 1:
            with pytest.raises(Problem):
                await admission.enter("192.0.2.1")
        clock.now += 1
        admission.leave(await admission.enter("192.0.2.1"), 0.1)

    assert 3 * 10 * PENALTY == 60
    scenario(Limits(budget=60.0), play)


def test_a_refusal_for_too_many_requests_says_when_one_has_surely_ended() -> None:
    async def play(admission: Admission, clock: Clock) -> None:
        turn = await admission.enter("192.0.2.1")
        waits = asyncio.ensure_future(admission.enter("192.0.2.1"))
        await asyncio.sleep(0)
        clock.now += 4
        with pytest.raises(Problem) as refused:
            await admission.enter("192.0.2.1")
        assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "7")
        stopped: list[Exception] = []
        turn.start(stopped.append, lambda: None)
        turn.began -= 4
        clock.now += 6.5
        await asyncio.sleep(0.2)
        assert [type(one) for one in stopped] == [TimedOut]
        admission.leave(turn, 10.5, penalty=True)
        assert (await waits).account is turn.account

    scenario(Limits(workers=2, per_client=2, seconds=10.0, budget=0.0), play)


def test_a_full_queue_refuses_whoever_has_most_in_it() -> None:
    async def play(admission: Admission, clock: Clock) -> None:
        greedy = [asyncio.ensure_future(admission.enter("192.0.2.1")) for _ in range(5)]
        await asyncio.sleep(0)
        other = await admission.enter("192.0.2.2")
        innocent = asyncio.ensure_future(admission.enter("192.0.2.3"))
        await asyncio.sleep(0)
        refused = [one for one in greedy if one.done() and one.exception()]
        assert len(refused) == 1
        admission.leave(other, 0.1)
        assert (await innocent).account.key == "192.0.2.3"
        for one in greedy:
            one.cancel()
        await asyncio.sleep(0)

    scenario(Limits(workers=2, per_client=8, waiting=4, budget=0.0), play)


def test_long_requests_give_way() -> None:
    """With all workers taken by long requests, the next one still runs; beyond that, the worst one is stopped."""

    async def play(admission: Admission, clock: Clock) -> None:
        demoted: list[Turn] = []
        turns = []
        for number in range(4):
            turn = await asyncio.wait_for(admission.enter(f"192.0.2.{number}"), 1)
            turn.start(lambda reason: None, lambda turn=turn: demoted.append(turn))  # type: ignore[misc]
            turns.append(turn)
            if number % 2:
                clock.now += FRESH
                await asyncio.sleep(0.12)
        assert set(demoted) == set(turns[:2])  # the long lane holds two
        stopped: list[object] = []
        for turn in turns:
            turn.stop = lambda reason, turn=turn: stopped.append((turn, type(reason)))  # type: ignore[misc]
        turns[2].account.charge(5.0, clock.now)
        innocent = asyncio.ensure_future(admission.enter("192.0.2.9"))
        await asyncio.sleep(0)
        clock.now += 0.6
        await asyncio.sleep(0.12)
        assert stopped == [(turns[2], Displaced)]
        admission.leave(turns[2], 1.0)
        clock.now += 0.01
        await asyncio.sleep(0.12)
        assert (await innocent).account.key == "192.0.2.9"

    scenario(Limits(workers=2, budget=0.0), play)


def test_time_without_a_worker_does_not_count() -> None:
    """While the dataset is loaded again, nothing is stopped; once a worker has the request, its time counts."""

    async def play(admission: Admission, clock: Clock) -> None:
        turn = await admission.enter("192.0.2.1")
        clock.now += 5
        await asyncio.sleep(0.12)
        stopped: list[Exception] = []
        turn.start(stopped.append, lambda: None)
        clock.now += 0.9
        await asyncio.sleep(0.12)
        assert stopped == []
        clock.now += 0.2
        await asyncio.sleep(0.12)
        assert [type(one) for one in stopped] == [TimedOut]

    scenario(Limits(seconds=1.0), play)


def test_accounts_are_forgotten_but_not_those_in_use() -> None:
    clock = Clock()
    accounts = Accounts(60.0, clock)
    kept = accounts.of("192.0.2.1")
    kept.running.add("something")
    for number in range(KEPT + 50):
        accounts.of(f"client-{number}")
    assert len(accounts) <= KEPT + 1
    assert accounts.of("192.0.2.1") is kept


def test_a_client_that_leaves_the_queue_is_forgotten() -> None:
    async def play(admission: Admission, clock: Clock) -> None:
        turn = await admission.enter("192.0.2.1")
        gone = asyncio.ensure_future(admission.enter("192.0.2.1"))
        await asyncio.sleep(0)
        assert admission.waiting == 1
        gone.cancel()
        await asyncio.sleep(0)
        assert admission.waiting == 0
        admission.leave(turn, 0.1)
        assert admission.running == 0

    scenario(Limits(workers=2), play)
