package io.headcount.child.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ProcTests {

  @Test
  void onlyAProcessWithOneThreadAndNoChildSurelyHasNone() throws Exception {
    Process alone = start("exec sleep 1000");
    Process parent = start("sleep 1000 & read line");
    try {
      Awaitility.await().until(() -> !Proc.local().mayHaveChildren((int) alone.pid()));
      Awaitility.await().until(() -> Proc.local().mayHaveChildren((int) parent.pid()));
      assertThat(Proc.local().mayHaveChildren((int) ProcessHandle.current().pid()))
          .as("other threads may have some")
          .isTrue();
    } finally {
      alone.destroyForcibly();
      parent.descendants().forEach(ProcessHandle::destroyForcibly);
      parent.destroyForcibly();
    }
    alone.waitFor();
    Awaitility.await("nobody can tell")
        .until(() -> Proc.local().mayHaveChildren((int) alone.pid()));
  }

  private static Process start(String line) throws IOException {
    return new ProcessBuilder("/bin/sh", "-c", line).start();
  }
}
