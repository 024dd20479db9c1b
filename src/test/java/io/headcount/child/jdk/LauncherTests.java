package io.headcount.child.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.headcount.child.ChildSpec;
import io.headcount.child.Signal;
import io.headcount.child.StartFailure.Kind;
import io.headcount.child.StopOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LauncherTests {

  @Test
  void launchIsRefusedWhenDescriptorsAreScarce() {
    Launcher launcher = new Launcher(() -> Launcher.DESCRIPTORS_NEEDED - 1);

    assertThatExceptionOfType(StartFailedException.class)
        .isThrownBy(() -> launcher.launch(spec(Map.of())))
        .satisfies(refusal -> {
          assertThat(refusal.failure().kind()).isEqualTo(Kind.RESOURCES);
          assertThat(refusal.failure().errno()).isEqualTo("EMFILE");
        });
  }

  @Test
  void launchFailsWhenTheSystemTakesNoSuchVariable() {
    Launcher launcher = new Launcher(() -> 1000);

    assertThatExceptionOfType(StartFailedException.class)
        .isThrownBy(() -> launcher.launch(spec(Map.of("A=B", "c"))))
        .satisfies(refusal -> assertThat(refusal.failure().kind()).isEqualTo(Kind.OTHER));
  }

  private static ChildSpec spec(Map<String, String> env) {
    return new ChildSpec(
        List.of("true"),
        Path.of("/"),
        env,
        "cookie",
        new ChildSpec.Stdin.Closed(),
        ChildSpec.Descendants.KILL,
        new StopOrder(Signal.SIGTERM, 0),
        ChildSpec.Limits.NONE);
  }
}
