package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferencesTests {

  @ParameterizedTest
  @CsvSource({
    "wait=5,5", "wait = 5,5", "Wait=5,5", "'respond-async, wait=5',5", "'wait=5; x=y',5",
    "'wait=\"5\"',5", "wait=0,0", "wait=61,60", "wait=999999999,60", "'wait=5, wait=6',5"
  })
  void readsTheWaitWhenThereIsOne(String header, long seconds) {
    assertThat(read(header)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource({
    "''",
    "wait",
    "wait=",
    "wait=-1",
    "wait=x",
    "wait=1.5",
    "waiting=5",
    "return=minimal"
  })
  void ignoresTheHeaderWhenItSaysNoWait(String header) {
    assertThat(read(header)).isNull();
  }

  @Test
  void readsTheFirstWaitWhenThereAreSeveralHeaders() {
    assertThat(
            Preferences.wait(
                Collections.enumeration(List.of("respond-async", "wait=3", "wait=4")),
                Duration.ofSeconds(60)))
        .isEqualTo(Duration.ofSeconds(3));
    assertThat(Preferences.wait(null, Duration.ofSeconds(60))).isNull();
  }

  private static Duration read(String header) {
    return Preferences.wait(Collections.enumeration(List.of(header)), Duration.ofSeconds(60));
  }
}
