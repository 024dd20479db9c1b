package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.output.OutputTotals;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

/** Every range of every small output, against what RFC 9110 says in words. */
class OutputSliceTests {

  @Property(tries = 2000)
  void answersTheBytesAskedForWhenTheyAreHeld(
      @ForAll @LongRange(max = 20) long dropped,
      @ForAll @LongRange(max = 20) long held,
      @ForAll boolean complete,
      @ForAll boolean follow,
      @ForAll @LongRange(max = 45) long from,
      @ForAll @LongRange(max = 45) long more) {
    OutputTotals totals = totals(dropped, held, complete);
    ByteRange range = ByteRange.parse("bytes=" + from + "-" + (from + more));
    long next = dropped + held;
    boolean open = follow && !complete;
    if (from < dropped) {
      assertThatThrownBy(() -> OutputSlice.of(totals, range, null, follow))
          .isInstanceOfSatisfying(
              RangeException.class,
              gone -> assertThat(gone.code()).isEqualTo(ProblemCode.OUTPUT_GONE));
    } else if (from >= next && !open) {
      assertThatThrownBy(() -> OutputSlice.of(totals, range, null, follow))
          .isInstanceOfSatisfying(
              RangeException.class,
              beyond -> {
                assertThat(beyond.code()).isEqualTo(ProblemCode.RANGE_NOT_SATISFIABLE);
                assertThat(beyond.total()).isEqualTo(complete ? next : null);
              });
    } else {
      OutputSlice slice = OutputSlice.of(totals, range, null, follow);
      long last = open ? from + more : Math.min(from + more, next - 1);
      assertThat(slice.start()).isEqualTo(from);
      assertThat(slice.end()).isEqualTo(last + 1);
      assertThat(slice.partial()).isTrue();
      assertThat(slice.length()).isEqualTo(open ? null : Long.valueOf(last + 1 - from));
      assertThat(slice.contentRange())
          .isEqualTo("bytes " + from + "-" + last + "/" + (complete ? next : "*"));
    }
  }

  @Property(tries = 1000)
  void answersTheEndWhenATailIsAskedFor(
      @ForAll @LongRange(max = 20) long dropped,
      @ForAll @LongRange(max = 20) long held,
      @ForAll boolean complete,
      @ForAll @LongRange(max = 45) long tail) {
    OutputSlice slice = OutputSlice.of(totals(dropped, held, complete), null, tail, false);
    assertThat(slice.length()).isEqualTo(Math.min(tail, held));
    assertThat(slice.end()).isEqualTo(dropped + held);
    assertThat(slice.partial()).isFalse();
  }

  @Property(tries = 1000)
  void answersASuffixOnlyWhenAllOfItIsHeld(
      @ForAll @LongRange(max = 20) long dropped,
      @ForAll @LongRange(min = 1, max = 20) long held,
      @ForAll @LongRange(min = 1, max = 45) long length) {
    OutputTotals totals = totals(dropped, held, true);
    ByteRange range = ByteRange.parse("bytes=-" + length);
    long start = Math.max(0, dropped + held - length);
    if (start < dropped) {
      assertThatThrownBy(() -> OutputSlice.of(totals, range, null, false))
          .isInstanceOf(RangeException.class);
    } else {
      assertThat(OutputSlice.of(totals, range, null, false).start()).isEqualTo(start);
    }
  }

  private static OutputTotals totals(long dropped, long held, boolean complete) {
    return new OutputTotals(dropped, dropped + held, dropped + held, 0, complete, false, null);
  }
}
