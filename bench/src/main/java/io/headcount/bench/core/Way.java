package io.headcount.bench.core;

import io.headcount.child.jdk.JdkChildAdapter;
import io.headcount.child.linux.LinuxChildAdapter;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who is compared. */
public enum Way {
  LINUX("linux", () -> AdapterContender.withPipes(linux())),
  LINUX_FILE("linux, to a file", () -> AdapterContender.withAFile(linux())),
  JDK("jdk", () -> AdapterContender.withPipes(new JdkChildAdapter())),
  PROCESS_BUILDER("ProcessBuilder", () -> new ProcessBuilderContender(true)),
  UNREAD("ProcessBuilder, nobody reads", () -> new ProcessBuilderContender(false)),
  NU_PROCESS("NuProcess", NuProcessContender::new),
  ZT_EXEC("zt-exec", ZtExecContender::new),
  COMMONS_EXEC("commons-exec", CommonsExecContender::new),
  FLOOR("C loop", null),
  FLOOR_DUTIES("C loop, our duties", null, "-d"),
  LINUX_TERMINAL("linux, terminal", () -> AdapterContender.withTerminals(linux())),
  PTY4J("pty4j", PtyContender::new),
  FLOOR_TERMINAL("C loop, terminal", null, "-t");

  final String label;
  private final @Nullable Supplier<Contender> contender;

  /** What the program in C is called with. */
  final List<String> options;

  Way(String label, @Nullable Supplier<Contender> contender, String... options) {
    this.label = label;
    this.contender = contender;
    this.options = List.of(options);
  }

  /** As it is named in tables and on the command line. */
  public String label() {
    return label;
  }

  private static LinuxChildAdapter linux() {
    return LinuxChildAdapter.create(LinuxChildAdapter.Options.defaults());
  }

  /** Whether it is the program in C, in which no Java takes part. */
  boolean floor() {
    return contender == null;
  }

  Contender open() {
    if (contender == null) {
      throw new IllegalStateException(label + " is no library");
    }
    return contender.get();
  }
}
