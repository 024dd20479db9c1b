package io.headcount.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every adapter promises, on real processes. The same tests run against each; what one cannot
 * promise is a named {@link AdapterException}, asserted for what happens instead.
 */
@Timeout(30)
@ParameterizedClass(name = "{0}")
@MethodSource("io.headcount.child.AdapterKind#onThisSystem")
class ChildAdapterContractTests
    implements ExitContract,
        OutputContract,
        OutputFileContract,
        CommandContract,
        StdinContract,
        StopContract,
        DescendantsContract,
        StartFailureContract,
        TerminalContract,
        LateOwnerContract,
        DisposeContract {
  private static ChildAdapter adapter;

  @Parameter AdapterKind kind;
  @TempDir Path folder;
  private Bench bench;

  @BeforeParameterizedClassInvocation
  static void open(AdapterKind kind) {
    adapter = kind.create();
  }

  @AfterParameterizedClassInvocation
  static void close() {
    adapter.close();
  }

  @BeforeEach
  void begin() {
    bench = new Bench(kind, adapter, folder);
  }

  @AfterEach
  void end() {
    bench.close();
  }

  @Override
  public Bench bench() {
    return bench;
  }

  @Test
  void exceptionsAreListedInTheDocumentation() throws IOException {
    String page = Files.readString(Path.of("docs/adapters.md"));

    assertThat(Arrays.stream(AdapterException.values()).map(e -> "`" + e + "`"))
        .allMatch(page::contains);
    assertThat(kind.name().toLowerCase(java.util.Locale.ROOT)).isEqualTo(adapter.name());
  }
}
