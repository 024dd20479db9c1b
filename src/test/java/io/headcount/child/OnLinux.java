package io.headcount.child;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Tests on the linux adapter: one for all of a class, and a bench for each. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class OnLinux {
  @TempDir Path folder;
  ChildAdapter adapter;
  Bench bench;

  /** What is started for a command that a test starts. */
  Command started(Command command) {
    return command;
  }

  /** As a {@link Contract} wants it. */
  public Bench bench() {
    return bench;
  }

  @BeforeAll
  void open() {
    adapter = AdapterKind.LINUX.create();
  }

  @AfterAll
  void close() {
    adapter.close();
  }

  @BeforeEach
  void begin() {
    bench = new Bench(AdapterKind.LINUX, adapter, folder, this::started);
  }

  @AfterEach
  void end() {
    bench.close();
  }
}
