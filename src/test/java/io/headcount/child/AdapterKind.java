package io.headcount.child;

import io.headcount.child.jdk.JdkChildAdapter;
import io.headcount.child.linux.LinuxChildAdapter;
import java.time.Duration;
import java.util.stream.Stream;

/** The adapters that keep the contract, and what each cannot promise. */
enum AdapterKind {
  LINUX {
    @Override
    ChildAdapter create() {
      return LinuxChildAdapter.create(LinuxChildAdapter.Options.defaults());
    }
  },

  JDK {
    @Override
    ChildAdapter create() {
      return new JdkChildAdapter(JdkChildAdapter.STDIN_WAIT, Duration.ofMillis(50));
    }
  };

  abstract ChildAdapter create();

  /** Whether an exception holds: all were made for the JDK's sake. */
  boolean excepts(AdapterException exception) {
    return this == JDK;
  }

  /** Those that this system can run. */
  static Stream<AdapterKind> onThisSystem() {
    return System.getProperty("os.name").equals("Linux") ? Stream.of(values()) : Stream.of(JDK);
  }
}
