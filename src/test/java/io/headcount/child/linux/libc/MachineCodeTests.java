package io.headcount.child.linux.libc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bytes that are executed are those that the sources say. Needs the assemblers of both. */
class MachineCodeTests {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Arch.class)
  void bytesAreWhatTheAssemblerMakesOfTheSource(Arch arch) throws Exception {
    Path object = folder.resolve("code.o");
    Path code = folder.resolve("code");
    String source = "src/test/c/call_list_" + arch.name().toLowerCase(Locale.ROOT) + ".S";

    assertThat(Compilers.run(Compilers.of(arch), List.of("-c", source, "-o", object.toString())))
        .isEmpty();
    assertThat(
            Compilers.run(
                Compilers.objcopy(arch),
                List.of("-O", "binary", "-j", ".text", object.toString(), code.toString())))
        .isEmpty();
    assertThat(Files.readAllBytes(code)).isEqualTo(arch.callListCode());
  }
}
