package io.headcount.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a report makes of its figures. */
class ReportTests {
  private static final Section SECTION = new Section("Some work", "It is done.", "base", "floor");
  private static final Measure RATE = Measure.higher("Some work", "work <&>", "things/s");
  private static final Measure TIME = Measure.lower("Some work", "end", "ms");

  @TempDir private Path root;
  private final Report report = new Report();

  @BeforeEach
  void open() {
    report.section(SECTION);
  }

  @Test
  void aRatioIsTheMedianOfTheRoundsOwnWhenTheMachineIsSlowForARound() {
    double[] base = {100, 10, 100};
    double[] mine = {200, 20, 300};
    for (int round = 0; round < 3; round++) {
      report.add(round, RATE, "base", base[round]);
      report.add(round, RATE, "mine", mine[round]);
    }
    assertThat(report.ratio(RATE, "mine", "base")).contains(new Median(2, 2, 3, 3));
    assertThat(report.median(RATE, "mine")).contains(new Median(200, 20, 300, 3));
  }

  @Test
  void roundsAreComparedByTheirNumberWhenOneHasFewerOfThem() {
    report.add(1, RATE, "mine", 100);
    report.add(2, RATE, "mine", 50);
    report.add(2, RATE, "base", 10);
    assertThat(report.ratio(RATE, "mine", "base")).contains(new Median(5, 5, 5, 1));
    assertThat(report.ratio(RATE, "mine", "floor")).isEmpty();
  }

  @Test
  void aRoundWithSeveralSamplesHasTheirMedian() {
    report.add(1, RATE, "mine", 1);
    report.add(1, RATE, "mine", 2);
    report.add(1, RATE, "mine", 90);
    assertThat(report.median(RATE, "mine")).contains(new Median(2, 2, 2, 1));
  }

  @Test
  void figuresOfNoSectionAndThatAreNoneAreRefused() {
    Measure elsewhere = Measure.higher("Elsewhere", "work", "things/s");
    assertThatThrownBy(() -> report.add(1, elsewhere, "mine", 1))
        .isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(() -> report.add(1, RATE, "mine", Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theExponentIsThatOfThePowerByWhichItGrows() {
    grow(TIME, size -> 3 * Math.pow(size, 1.5));
    Growth growth = Growth.of(report, SECTION).getFirst();
    assertThat(growth.exponent()).isCloseTo(1.5, within(1e-9));
    assertThat(growth.lastStep()).isCloseTo(1.5, within(1e-9));
    assertThat(growth.bends()).isFalse();
  }

  @Test
  void aTimeThatGrowsFasterAtTheEndBendsAndOneThatGrowsSlowerDoesNot() {
    grow(TIME, size -> size < 8 ? size : size * 3);
    assertThat(Growth.of(report, SECTION).getFirst().bends()).isTrue();
  }

  @Test
  void aRateThatGrowsFasterAtTheEndDoesNotBend() {
    grow(RATE, size -> size < 8 ? size : size * 3);
    assertThat(Growth.of(report, SECTION).getFirst().bends()).isFalse();
  }

  private void grow(Measure measure, DoubleUnaryOperator figure) {
    report.add(1, measure.at(0, "sizes"), "mine", 1); // no logarithm
    for (int size = 1; size <= 8; size *= 2) {
      report.add(1, measure.at(size, "sizes"), "mine", figure.applyAsDouble(size));
    }
  }

  @Test
  void aTargetIsReachedMissedOrNotMeasured() {
    report.add(1, TIME, "mine", 5);
    List<Check> checks =
        Check.of(
            report,
            List.of(
                Target.atMost(5, "a", "reached", r -> r.median(TIME, "mine")),
                Target.atLeast(6, "b", "missed", r -> r.median(TIME, "mine")),
                Target.atMost(5, "c", "not measured", _ -> Optional.empty())));
    assertThat(checks).extracting(Check::reached).containsExactly(true, false, false);
    assertThat(checks.get(0).reason()).isEmpty();
    assertThat(checks.get(1).reason()).isNotEmpty();
    assertThat(new Results(report, checks, false).text())
        .contains("at least 6.00", "nothing", "yes", "not measured");
  }

  @Test
  void resultsHaveWhatIsMissingAndPlotsThatAreXml() throws Exception {
    grow(RATE, size -> size);
    report.add(1, RATE, "mine", 5);
    report.add(1, RATE, "base", 0);
    report.missing(RATE, "other", "it | could not");
    report.note("It rained.");
    report.fact("machine", "small");
    Path stale = Files.createDirectories(root.resolve("docs")).resolve("bench-stale.svg");
    Files.createFile(stale);

    new Results(report, List.of(), false).write(root);

    assertThat(root.resolve("bench/RESULTS.md"))
        .content()
        .contains(
            "| machine | small |",
            "| other | none | it \\| could not |",
            "- It rained.",
            "(../docs/bench-some-work.svg)",
            "(../docs/bench-some-work-growth.svg)");
    assertThat(stale).doesNotExist();
    try (Stream<Path> plots = Files.list(root.resolve("docs"))) {
      List<Path> all = plots.toList();
      assertThat(all).hasSize(2);
      for (Path plot : all) {
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(plot.toFile());
        assertThat(plot).content().doesNotContain("NaN", "Infinity");
      }
    }
  }

  @Test
  void quickFormLeavesThePlotsAndTheFiguresOfTheWholeAlone(@TempDir Path root) throws Exception {
    grow(RATE, size -> size);
    Path plot = Files.createDirectories(root.resolve("docs")).resolve("bench-some-work.svg");
    Files.createFile(plot);

    new Results(report, List.of(), true).write(root);

    assertThat(root.resolve("bench/RESULTS-QUICK.md"))
        .content()
        .contains("| work |")
        .doesNotContain(".svg");
    assertThat(root.resolve("bench/RESULTS.md")).doesNotExist();
    assertThat(plot).isEmptyFile();
  }
}
