package io.headcount.child.linux.libc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The numbers and layouts that the bindings assume, held against the headers of each processor by a
 * C compiler. Needs gcc, and gcc-aarch64-linux-gnu for arm64.
 */
class LayoutTests {

  @ParameterizedTest
  @EnumSource(Arch.class)
  void headersAgreeNeedsTheCompilers(Arch arch) throws Exception {
    assertThat(output(arch, arch)).isEmpty();
  }

  @Test
  void wrongNumberDoesNotCompile() throws Exception {
    assertThat(output(Arch.X86_64, Arch.AARCH64)).contains("SYS_waitid is not", "SYS_clone is not");
  }

  private static String output(Arch headers, Arch numbers) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-fsyntax-only",
                "-DEPOLL_EVENT_SIZE=" + numbers.epollEventSize,
                "-DEPOLL_DATA_OFFSET=" + numbers.epollDataOffset));
    for (Arch.Call call : Arch.Call.values()) {
      arguments.add("-DNR_" + call + "=" + numbers.number(call));
    }
    arguments.add("src/test/c/layout.c");
    return Compilers.run(Compilers.of(headers), arguments);
  }
}
