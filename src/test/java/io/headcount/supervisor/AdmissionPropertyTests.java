package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whoever comes, leaves and gives up, in whatever order. */
class AdmissionPropertyTests {
  private static final int CALLERS = 4;

  private record Ticket(String caller, int number) {}

  /** What may be known from outside of an admission. */
  private static final class Door {
    final int maxLive;
    final int maxLiveOfOne;
    final Admission<Ticket> admission;
    final List<Ticket> live = new ArrayList<>();
    final List<Ticket> waiting = new ArrayList<>();

    /** For each that waits: how many of each caller's were started before it since it came. */
    final Map<Ticket, Map<String, Integer>> overtaken = new HashMap<>();

    private int numbers;

    Door(int maxLive, int maxLiveOfOne, int maxQueued) {
      this.maxLive = maxLive;
      this.maxLiveOfOne = maxLiveOfOne;
      admission = new Admission<>(maxLive, maxLiveOfOne, maxQueued, Ticket::caller);
    }

    boolean arrive(String caller) {
      Ticket ticket = new Ticket(caller, numbers++);
      try {
        if (admission.admit(ticket, false)) {
          live.add(ticket);
        } else {
          waiting.add(ticket);
          overtaken.put(ticket, new HashMap<>());
        }
        return true;
      } catch (SupervisorException.QueueFull e) {
        return false;
      }
    }

    Ticket leave(Ticket ticket) {
      Ticket next = admission.leave(ticket);
      live.remove(ticket);
      waiting.remove(ticket);
      if (next != null) {
        assertThat(waiting.remove(next)).as("only who waited is called").isTrue();
        live.add(next);
        waiting.forEach(other -> overtaken.get(other).merge(next.caller(), 1, Integer::sum));
      }
      return next;
    }

    long liveOf(String caller) {
      return live.stream().filter(ticket -> ticket.caller().equals(caller)).count();
    }

    void check() {
      assertThat(admission.live()).isEqualTo(live.size()).isLessThanOrEqualTo(maxLive);
      assertThat(admission.queued()).isEqualTo(waiting.size());
      for (Ticket each : live) {
        assertThat(liveOf(each.caller())).isLessThanOrEqualTo(maxLiveOfOne);
      }
      if (live.size() < maxLive) {
        assertThat(waiting)
            .as("who waits though there is a free place")
            .allMatch(ticket -> liveOf(ticket.caller()) == maxLiveOfOne);
      }
    }
  }

  /** One of the steps: below 60 somebody comes, above that somebody leaves or gives up. */
  private static void step(Door door, int step) {
    List<Ticket> all = new ArrayList<>(door.live);
    all.addAll(door.waiting);
    if (step < 60 || all.isEmpty()) {
      boolean _ = door.arrive("caller" + step % CALLERS);
    } else {
      Ticket _ = door.leave(all.get(step % all.size()));
    }
  }

  @Property
  void noPlaceIsLostAndNobodyHasMoreThanItMay(
      @ForAll @IntRange(min = 1, max = 6) int maxLive,
      @ForAll @IntRange(min = 1, max = 6) int maxLiveOfOne,
      @ForAll @IntRange(min = 0, max = 8) int maxQueued,
      @ForAll @Size(max = 120) List<@IntRange(max = 99) Integer> steps) {
    Door door = new Door(maxLive, maxLiveOfOne, maxQueued);
    for (int step : steps) {
      step(door, step);
      door.check();
    }
    while (!door.live.isEmpty()) {
      Ticket _ = door.leave(door.live.getFirst());
      door.check();
    }
    assertThat(door.waiting).as("left waiting for ever").isEmpty();
  }

  @Property
  void callersTakeTurnsAndEachIsServedInItsOwnOrder(
      @ForAll @IntRange(min = 1, max = 6) int maxLive,
      @ForAll @Size(max = 150) List<@IntRange(max = 99) Integer> steps) {
    Door door = new Door(maxLive, maxLive, 1000);
    for (int step : steps) {
      List<Ticket> before = List.copyOf(door.waiting);
      step(door, step);
      for (Ticket called : before) {
        if (door.live.contains(called)) {
          checkTurn(door, before, called);
        }
      }
    }
  }

  private static void checkTurn(Door door, List<Ticket> before, Ticket called) {
    long ahead =
        before.stream()
            .filter(other -> other.caller().equals(called.caller()))
            .filter(other -> other.number() < called.number())
            .count();
    assertThat(ahead).as("its caller's own that came before it").isZero();
    int own = door.overtaken.get(called).getOrDefault(called.caller(), 0);
    door.overtaken
        .get(called)
        .forEach((caller, count) ->
            assertThat(caller.equals(called.caller()) ? 0 : count)
                .as("starts of another before it")
                .isLessThanOrEqualTo(own + 1));
  }

  @Property(tries = 50)
  void aFullQueueRefusesNobodysFirst(
      @ForAll @IntRange(min = 1, max = 5) int maxLive,
      @ForAll @IntRange(min = 1, max = 20) int maxQueued) {
    Door door = new Door(maxLive, maxLive, maxQueued);
    while (door.arrive("greedy")) {}
    assertThat(door.waiting).hasSize(maxQueued);
    assertThat(door.arrive("other")).isTrue();
    assertThat(door.arrive("other")).as("its second").isFalse();
    assertThat(door.leave(door.live.getFirst()).caller()).isEqualTo("greedy");
    assertThat(door.leave(door.live.getFirst()).caller()).isEqualTo("other");
  }
}
