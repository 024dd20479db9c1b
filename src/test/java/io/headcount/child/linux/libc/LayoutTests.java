package io.headcount.child.linux.libc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The numbers and layouts that the bindings assume, held against the headers of each processor by a
 * C compiler. Needs gcc, and gcc-aarch64-linux-gnu for arm64.
 */
class LayoutTests {

  @Test
  void headersOfX86AgreeNeedsGcc() throws Exception {
    compile(List.of("x86_64-linux-gnu-gcc", "gcc"), Arch.X86_64);
  }

  @Test
  void headersOfArm64AgreeNeedsTheCrossCompiler() throws Exception {
    compile(List.of("aarch64-linux-gnu-gcc"), Arch.AARCH64);
  }

  @Test
  void wrongNumberDoesNotCompile() throws Exception {
    assertThat(output(List.of("gcc"), 1, 12, 4)).contains("SYS_waitid is not");
  }

  private static void compile(List<String> compilers, Arch arch) throws Exception {
    assertThat(output(compilers, arch.waitidNumber, arch.epollEventSize, arch.epollDataOffset))
        .isEmpty();
  }

  private static String output(List<String> compilers, long waitid, int size, int offset)
      throws Exception {
    for (String compiler : compilers) {
      try {
        Process process =
            new ProcessBuilder(
                    compiler,
                    "-fsyntax-only",
                    "-DWAITID=" + waitid,
                    "-DEPOLL_EVENT_SIZE=" + size,
                    "-DEPOLL_DATA_OFFSET=" + offset,
                    "src/test/c/layout.c")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? "" : said + "exit " + process.exitValue();
      } catch (IOException e) {
        // Not here under this name; the next one may be.
      }
    }
    throw new AssertionError(
        "none of " + compilers + " is on the PATH; install gcc and gcc-aarch64-linux-gnu");
  }
}
