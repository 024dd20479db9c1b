package io.headcount.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.child.ChildAdapter;
import io.headcount.child.EscapeePolicy;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

class AdaptersTests {
  private static final HeadcountProperties.Child JDK =
      new HeadcountProperties.Child(AdapterChoice.JDK, 0, 1);

  @Test
  void guardianIsRefusedWithTheAdapterThatCannotHaveOne() {
    assertThatThrownBy(() -> Adapters.open(JDK, EscapeePolicy.KILL, GuardianChoice.ON, "boot"))
        .isInstanceOfSatisfying(
            InvalidConfigurationPropertyValueException.class,
            wrong ->
                assertThat(wrong.getReason())
                    .contains("headcount.child.adapter=linux", "HEADCOUNT_GUARDIAN"));
  }

  @Test
  void guardianIsOffWithoutAWordWhereItIsLeftToTheService() {
    try (ChildAdapter adapter =
        Adapters.open(JDK, EscapeePolicy.KILL, GuardianChoice.AUTO, "boot")) {
      assertThat(adapter.guardian()).isEmpty();
    }
  }
}
