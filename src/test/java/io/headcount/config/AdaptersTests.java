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

  private static ChildAdapter open(GuardianChoice guardian, CgroupChoice cgroup) {
    return Adapters.open(JDK, EscapeePolicy.KILL, guardian, cgroup, "boot");
  }

  @Test
  void guardianIsRefusedWithTheAdapterThatCannotHaveOne() {
    assertThatThrownBy(() -> open(GuardianChoice.ON, CgroupChoice.AUTO))
        .isInstanceOfSatisfying(
            InvalidConfigurationPropertyValueException.class,
            wrong ->
                assertThat(wrong.getReason())
                    .contains("headcount.child.adapter=linux", "HEADCOUNT_GUARDIAN"));
  }

  @Test
  void cgroupIsRefusedWithTheAdapterThatCannotHaveOne() {
    assertThatThrownBy(() -> open(GuardianChoice.AUTO, CgroupChoice.ON))
        .isInstanceOfSatisfying(
            InvalidConfigurationPropertyValueException.class,
            wrong ->
                assertThat(wrong.getReason())
                    .contains("headcount.child.adapter=linux", "HEADCOUNT_CGROUP"));
  }

  @Test
  void bothAreOffWithoutAWordWhereTheyAreLeftToTheService() {
    try (ChildAdapter adapter = open(GuardianChoice.AUTO, CgroupChoice.AUTO)) {
      assertThat(adapter.guardian()).isEmpty();
      assertThat(adapter.cgroups()).isEmpty();
    }
  }
}
