package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a command can see of the service that started it, as the same ordinary user. */
@Timeout(120)
class OpaqueJarTests {
  private static final String SECRET = "hunter2-of-the-service";

  @Test
  void aCommandSeesNothingOfTheService(@TempDir Path folder) throws Exception {
    Map<String, String> env = Map.of("DATABASE_PASSWORD", SECRET, "HEADCOUNT_GUARDIAN", "on");
    try (ServiceProcess service = OrdinaryUser.start(folder, env)) {
      assertThat(output(service, "env; tr '\\\\0' '\\\\n' < /proc/self/environ"))
          .contains("HEADCOUNT_RUN=")
          .doesNotContain("DATABASE_PASSWORD");
      for (String file : new String[] {"environ", "mem", "maps", "fd", "root", "cwd", "auxv"}) {
        assertThat(
                output(service, "head -c 9 /proc/$PPID/" + file + "; ls /proc/$PPID/" + file + "/"))
            .as(file)
            .contains("Permission denied")
            .doesNotContain("hunter2");
      }
      assertThat(output(service, "readlink /proc/$PPID/exe || echo none")).contains("none");
      // Nor in that of whoever else runs below it, the guardian for one.
      assertThat(output(service, "cat /proc/[0-9]*/environ | tr '\\\\0' '\\\\n'"))
          .contains("HEADCOUNT_RUN=")
          .doesNotContain(SECRET);
      assertThat(
              output(
                  service,
                  "for d in 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$d ] && echo $d; done; echo"))
          .contains("\"stdout\":\"\\n\"");

      // It can still look at itself.
      assertThat(service.openMetrics())
          .containsPattern("process_files_open_files \\d\\d")
          .containsPattern("headcount_guardian\\S* 1|process_files_max_files");
      assertThat(service.manage("/actuator/headcount").body()).contains("\"descriptors\"");
      assertThat(service.get("/v1/info").body()).contains("\"opaque\":\"yes\"");
    }
  }

  private static String output(ServiceProcess service, String line) throws Exception {
    return service.post("/v1/runs", "{\"shell\": \"" + line + "\"}", "Prefer", "wait=20").body();
  }
}
